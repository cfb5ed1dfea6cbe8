import { z } from 'zod'
import { actor } from './access'
import { byId, page, paging, reason, reasonQuery, time, uuid, visibleText } from './fields'
import type { Routes } from './route'

export const enrollSecret = z.object({
  id: uuid,
  name: z.string(),
  created_at: time,
  created_by: actor,
  last_used_at: time.nullable(),
})

export const enrollSecretRoutes = {
  list: {
    method: 'get',
    path: '/api/enroll-secrets',
    role: 'admin',
    summary: 'Lists enroll secrets, newest first, without the secrets themselves.',
    query: z.strictObject(paging()),
    replies: { 200: page(enrollSecret) },
  },
  create: {
    method: 'post',
    path: '/api/enroll-secrets',
    role: 'admin',
    summary: 'Creates a secret that hosts enroll with. It is shown only once.',
    body: z.strictObject({ name: visibleText(200).default('Hosts'), reason: reason.optional() }),
    example: { name: 'Hosts' },
    replies: { 201: z.object({ id: uuid, secret: z.string() }) },
  },
  remove: {
    method: 'delete',
    path: '/api/enroll-secrets/{id}',
    role: 'admin',
    summary: 'Removes an enroll secret, so that no more hosts can enroll with it. Enrolled hosts stay.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
} as const satisfies Routes
