import { z } from 'zod'
import { actor } from './access'
import { byId, byName, page, reasonQuery, time } from './fields'
import type { Routes } from './route'
import { STATEMENT_BYTES_MAX, statementChange, statementInput } from './statements'

/** A named query that can be run again. */
export const savedQuery = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    sql: z.string(),
    platforms: z.array(z.string()),
    created_by: actor,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'SavedQuery' })
export type SavedQuery = z.output<typeof savedQuery>

export const savedQueryRoutes = {
  list: {
    method: 'get',
    path: '/api/saved-queries',
    role: 'viewer',
    summary: 'Lists saved queries by name.',
    query: byName,
    replies: { 200: page(savedQuery) },
  },
  read: {
    method: 'get',
    path: '/api/saved-queries/{id}',
    role: 'viewer',
    summary: 'Returns a saved query.',
    params: byId,
    replies: { 200: savedQuery },
  },
  create: {
    method: 'post',
    path: '/api/saved-queries',
    role: 'operator',
    summary: 'Saves a query under a name.',
    body: statementInput,
    example: { name: 'Operating system', sql: 'select name, version from os_version' },
    bodyBytesMax: STATEMENT_BYTES_MAX,
    replies: { 201: savedQuery },
  },
  update: {
    method: 'patch',
    path: '/api/saved-queries/{id}',
    role: 'operator',
    summary: 'Changes a saved query; omitted fields stay unchanged.',
    params: byId,
    body: statementChange,
    example: { name: 'Operating system' },
    bodyBytesMax: STATEMENT_BYTES_MAX,
    replies: { 200: savedQuery },
  },
  delete: {
    method: 'delete',
    path: '/api/saved-queries/{id}',
    role: 'operator',
    summary: 'Deletes a saved query.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
} as const satisfies Routes
