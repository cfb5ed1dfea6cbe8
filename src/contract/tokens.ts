import { z } from 'zod'
import { actor, role } from './access'
import { byId, page, paging, reason, reasonQuery, time, timeGiven, visibleText } from './fields'
import type { Routes } from './route'

export const token = z.object({
  id: z.string(),
  name: z.string(),
  role,
  created_by: actor,
  created_at: time,
  expires_at: time.nullable(),
  last_used_at: time.nullable(),
})
export type Token = z.output<typeof token>

export const tokenRoutes = {
  list: {
    method: 'get',
    path: '/api/tokens',
    role: 'admin',
    summary: 'Lists the API tokens of the tenant, newest first, without their secrets.',
    query: z.strictObject(paging()),
    replies: { 200: page(token) },
  },
  create: {
    method: 'post',
    path: '/api/tokens',
    role: 'admin',
    summary:
      'Creates an API token. Its secret is shown only once. A token created with another token expires no later than that one.',
    body: z.strictObject({
      name: visibleText(200),
      role,
      expires_at: timeGiven.nullish(),
      reason: reason.optional(),
    }),
    example: { name: 'deploy', role: 'operator' },
    replies: { 201: z.object({ token, secret: z.string() }) },
  },
  revoke: {
    method: 'delete',
    path: '/api/tokens/{id}',
    role: 'admin',
    summary: 'Revokes an API token and all tokens created with it, and ends their sessions and streams.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
} as const satisfies Routes
