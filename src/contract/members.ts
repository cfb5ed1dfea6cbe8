import { z } from 'zod'
import { role } from './access'
import { byId, byName, page, paging, reason, reasonQuery, time, uuid, visibleText } from './fields'
import type { Routes } from './route'

export const member = z.object({
  id: uuid,
  email: z.string(),
  name: z.string(),
  role,
  has_password: z.boolean(),
  created_at: time,
  last_used_at: time.nullable().meta({ description: 'Last use of any session that is still open.' }),
})
export type Member = z.output<typeof member>

/** A person to invite. */
export const invitee = z.strictObject({ email: z.email().max(320), name: visibleText(200) })

/** A one-time sign-in link. It is a secret, shown once. */
export const signInLink = z.object({ link: z.string(), expires_at: time })
export type SignInLink = z.output<typeof signInLink>

export const memberRoutes = {
  list: {
    method: 'get',
    path: '/api/members',
    role: 'admin',
    summary: 'Lists the members of the tenant, newest first.',
    query: z.strictObject(paging()),
    replies: { 200: page(member) },
  },
  names: {
    method: 'get',
    path: '/api/members/names',
    role: 'operator',
    summary: 'Lists the names of the members by name, such as to assign an incident to one.',
    query: byName,
    replies: { 200: page(z.object({ id: uuid, name: z.string() })) },
  },
  invite: {
    method: 'post',
    path: '/api/members',
    role: 'admin',
    summary: 'Adds a member, who signs in with the one-time link in the reply and then sets a password.',
    body: invitee.extend({ role, reason: reason.optional() }),
    example: { email: 'ada@example.org', name: 'Ada', role: 'operator' },
    replies: { 201: signInLink.extend({ member }) },
  },
  createLink: {
    method: 'post',
    path: '/api/members/{id}/link',
    role: 'admin',
    summary:
      'Creates a one-time link for a member, which replaces the previous one. `reset_password` also removes their password and ends their sessions.',
    params: byId,
    body: z.strictObject({ reset_password: z.boolean().default(false), reason: reason.optional() }),
    replies: { 201: signInLink },
  },
  setRole: {
    method: 'patch',
    path: '/api/members/{id}',
    role: 'admin',
    summary: 'Changes the role of a member at once; tokens they created are limited to the new role.',
    params: byId,
    body: z.strictObject({ role, reason: reason.optional() }),
    example: { role: 'viewer' },
    replies: { 200: member },
  },
  remove: {
    method: 'delete',
    path: '/api/members/{id}',
    role: 'admin',
    summary: 'Removes a member, ends their sessions, and revokes the tokens they created.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
} as const satisfies Routes
