import { z } from 'zod'
import { actor } from './access'
import { byId, byName, page, reason, reasonQuery, time, uuid } from './fields'
import type { Routes } from './route'
import { STATEMENT_BYTES_MAX, sqlText, statementChange, statementInput } from './statements'

/** A group of hosts. */
export const label = z
  .object({
    id: uuid,
    name: z.string(),
    description: z.string(),
    sql: z.string().nullable().meta({
      description: 'Null for a manual label. A dynamic label applies to the hosts on which this query returns a row.',
    }),
    platforms: z.array(z.string()),
    host_count: z.number(),
    created_by: actor,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Label' })
export type Label = z.output<typeof label>

const HOSTS_BYTES_MAX = 1024 * 1024
const HOSTS_MAX = 10_000
const hostIds = z.array(uuid).max(HOSTS_MAX).default([])

export const labelRoutes = {
  list: {
    method: 'get',
    path: '/api/labels',
    role: 'viewer',
    summary: 'Lists labels by name. Those with `sql` are dynamic, the others manual.',
    query: byName,
    replies: { 200: page(label) },
  },
  read: {
    method: 'get',
    path: '/api/labels/{id}',
    role: 'viewer',
    summary: 'Returns a label.',
    params: byId,
    replies: { 200: label },
  },
  create: {
    method: 'post',
    path: '/api/labels',
    role: 'operator',
    summary:
      'Creates a label. With `sql` it is dynamic: the query runs on every host of its platforms, and hosts that return a row have the label.',
    body: statementInput.extend({ sql: sqlText.nullable().default(null) }),
    example: { name: 'Ubuntu', sql: "select 1 from os_version where name = 'Ubuntu'" },
    bodyBytesMax: STATEMENT_BYTES_MAX,
    replies: { 201: label },
  },
  update: {
    method: 'patch',
    path: '/api/labels/{id}',
    role: 'operator',
    summary:
      'Changes the given fields of a label. After a change of the query, hosts keep the label until they have answered it.',
    params: byId,
    body: statementChange,
    example: { description: 'Hosts of the data center' },
    bodyBytesMax: STATEMENT_BYTES_MAX,
    replies: { 200: label },
  },
  remove: {
    method: 'delete',
    path: '/api/labels/{id}',
    role: 'operator',
    summary: 'Removes a label; its hosts stay.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
  changeHosts: {
    method: 'post',
    path: '/api/labels/{id}/hosts',
    role: 'operator',
    summary: 'Adds hosts to and removes hosts from a manual label.',
    params: byId,
    body: z.strictObject({ add: hostIds, remove: hostIds, reason: reason.optional() }),
    bodyBytesMax: HOSTS_BYTES_MAX,
    replies: { 200: label },
  },
} as const satisfies Routes
