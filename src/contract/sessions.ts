import { z } from 'zod'
import { actor, role } from './access'
import { byId, page, paging, plainText, reasonQuery, time, uuid } from './fields'
import type { Routes } from './route'

/** The caller. */
export const me = z.object({
  tenant: z.object({ id: uuid, name: z.string() }),
  role,
  name: z.string(),
  actor,
  has_password: z.boolean().nullable().meta({
    description: 'Whether the member can sign in with a password; null for an API token.',
  }),
  runs_installation: z.boolean().meta({
    description: 'Whether the caller belongs to the default tenant, whose members manage what all tenants share.',
  }),
})
export type Me = z.output<typeof me>

export const session = z.object({
  id: uuid,
  holder: actor.meta({ description: 'The member, or the token the session was opened with.' }),
  created_at: time,
  used_at: time.meta({ description: 'Last use, recorded at most once an hour.' }),
  expires_at: time,
  client: z.string().nullable().meta({ description: 'IP address from which it was opened.' }),
  agent: z.string().nullable().meta({ description: 'User-Agent of the browser.' }),
  current: z.boolean().meta({ description: 'Whether this is the session of the request.' }),
})
export type Session = z.output<typeof session>

const secret = z.string().min(1).max(1024)
export const signInRequest = z.union(
  [
    z.strictObject({ email: plainText(320), password: secret }),
    z.strictObject({ token: secret }),
    z.strictObject({ code: secret }),
  ],
  { error: 'Give {email, password}, {token} or {code}.' },
)
export type SignInRequest = z.output<typeof signInRequest>

export const passwordChange = z.strictObject({
  current_password: z.string().max(1024).optional().meta({ description: 'Required once a password is set.' }),
  password: z.string().min(12, 'must have at least 12 characters').max(1024),
})
export type PasswordChange = z.output<typeof passwordChange>

export const sessionRoutes = {
  signIn: {
    method: 'post',
    path: '/api/session',
    role: 'anyone',
    summary: 'Signs a browser in with a password, a token or a one-time code, and ends the session it had before.',
    body: signInRequest,
    example: { email: 'ada@example.org', password: 'correct horse battery staple' },
    bodyBytesMax: 16 * 1024,
    replies: { 201: me },
  },
  me: {
    method: 'get',
    path: '/api/session',
    role: 'viewer',
    summary: 'Returns the caller.',
    replies: { 200: me },
  },
  signOut: {
    method: 'delete',
    path: '/api/session',
    role: 'viewer',
    summary: 'Signs the browser out.',
    replies: { 204: null },
  },
  setPassword: {
    method: 'put',
    path: '/api/session/password',
    role: 'viewer',
    summary: "Sets the password of the signed-in member, and ends the member's other sessions and one-time link.",
    body: passwordChange,
    example: { password: 'correct horse battery staple' },
    replies: { 204: null },
  },
  list: {
    method: 'get',
    path: '/api/sessions',
    role: 'viewer',
    summary: "Lists the caller's own sessions, or for admins those of the tenant or of one member, newest first.",
    query: z.strictObject({
      scope: z.enum(['own', 'tenant']).default('own').meta({ description: '`tenant` is for admins.' }),
      member_id: uuid.optional().meta({ description: 'Only the sessions of this member; for admins.' }),
      ...paging(),
    }),
    replies: { 200: page(session) },
  },
  end: {
    method: 'delete',
    path: '/api/sessions/{id}',
    role: 'viewer',
    summary: "Ends one of the caller's own sessions, or for admins any session of the tenant, and its streams.",
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
} as const satisfies Routes
