import { z } from 'zod'
import { byId, page, paging, reasonQuery, time, uuid } from './fields'
import type { Routes } from './route'

/** Files of a host, packed and uploaded in blocks by its agent. */
export const carve = z
  .object({
    id: uuid,
    host_id: uuid,
    query_id: uuid.nullable(),
    carve_guid: z.string(),
    size: z.number(),
    block_count: z.number(),
    received: z.number().meta({ description: 'Blocks received so far.' }),
    created_at: time,
    completed_at: time.nullable(),
  })
  .meta({ id: 'Carve' })
export type Carve = z.output<typeof carve>

const listQuery = z.strictObject(paging())

export const carveRoutes = {
  list: {
    method: 'get',
    path: '/api/carves',
    role: 'viewer',
    summary: 'Lists the carves of all hosts, newest first.',
    query: listQuery,
    replies: { 200: page(carve) },
  },
  ofHost: {
    method: 'get',
    path: '/api/hosts/{id}/carves',
    role: 'viewer',
    summary: 'Lists the carves of a host, newest first.',
    params: byId,
    query: listQuery,
    replies: { 200: page(carve) },
  },
  read: {
    method: 'get',
    path: '/api/carves/{id}',
    role: 'viewer',
    summary: 'Returns a carve: files of a host, packed by its agent.',
    params: byId,
    replies: { 200: carve },
  },
  content: {
    method: 'get',
    path: '/api/carves/{id}/content',
    role: 'operator',
    summary: 'Downloads a complete carve as .tar or .tar.zst.',
    params: byId,
    replies: { 200: z.string().meta({ description: 'application/x-tar or application/zstd' }) },
  },
  remove: {
    method: 'delete',
    path: '/api/carves/{id}',
    role: 'operator',
    summary: 'Removes a carve.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
} as const satisfies Routes
