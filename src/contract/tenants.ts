import { z } from 'zod'
import { page, paging, reason, time, uuid, visibleText } from './fields'
import { invitee, signInLink } from './members'
import type { Routes } from './route'

export const tenant = z.object({ id: uuid, name: z.string(), created_at: time })
export type Tenant = z.output<typeof tenant>

export const tenantRoutes = {
  list: {
    method: 'get',
    path: '/api/tenants',
    role: 'admin',
    summary: 'Lists the tenants, newest first; only for admins of the default tenant.',
    query: z.strictObject(paging()),
    replies: { 200: page(tenant) },
  },
  create: {
    method: 'post',
    path: '/api/tenants',
    role: 'admin',
    summary:
      'Creates a tenant and its first admin, who signs in with the one-time link in the reply; only for admins of the default tenant.',
    body: z.strictObject({ name: visibleText(200), admin: invitee, reason: reason.optional() }),
    example: { name: 'Acme', admin: { email: 'ada@example.org', name: 'Ada' } },
    replies: { 201: signInLink.extend({ tenant }) },
  },
} as const satisfies Routes
