import type { Response } from 'express'
import type { Endpoint } from '../api'
import { type Principal, runsInstallation } from '../api'
import type { Db } from '../base/db'
import { badRequest, Problem } from '../base/errors'
import { uuid, z } from '../base/parse'
import { createAttempts } from './attempts'
import type { Audit } from './audit'
import { type Credentials, principalOf, SESSION_LIFE_SECONDS } from './credentials'
import { endpoint, ok, openEndpoint } from './endpoint'
import { hashPassword, passwordMatches } from './password'
import type { Revocations } from './revocations'
import { actorSchema, roleSchema } from './schemas'
import type { SessionCookie } from './session-cookie'
import { type SignInDesk, signInBody } from './sign-in'
import { removeCode, removeOtherSessions, removeSession, setPasswordHash, tenantById, userById } from './store'

const me = z.object({
  tenant: z.object({ id: uuid, name: z.string() }),
  role: roleSchema,
  name: z.string(),
  actor: actorSchema,
  runs_installation: z
    .boolean()
    .meta({ description: 'Belongs to the first tenant, whose people run what all tenants share.' }),
})

const passwordBody = z.strictObject({
  current_password: z.string().max(1024).optional(),
  password: z.string().min(12, 'must have at least 12 characters').max(1024),
})

/** Whoever has got hold of a session shall not find out the password with it. */
const GUESSES = { name: 'present password', max: 10, windowMs: 15 * 60_000 }

interface Deps {
  db: Db
  credentials: Credentials
  desk: SignInDesk
  audit: Audit
  revocations: Revocations
  cookie: SessionCookie
}

export const sessionRoutes = (deps: Deps, attempts = createAttempts(deps.db, GUESSES)): Endpoint[] => [
  openEndpoint({
    method: 'post',
    path: '/api/session',
    summary: 'Signs a browser in with a password, a token or a one-time code; the session it had ends.',
    body: signInBody,
    bodyBytesMax: 16 * 1024,
    replies: { 201: me },
    async handle({ body, req, res }) {
      const secret = await deps.desk.open(body, { ip: req.ip ?? '', agent: req.get('user-agent') })
      const former = await deps.credentials.findSession(req)
      if (former) await endSession(deps, principalOf(former.credential))
      deps.cookie.set(res, secret, SESSION_LIFE_SECONDS)
      const credential = await deps.credentials.find(secret)
      if (!credential) throw new Problem(401, 'sign_in_refused', 'This session has been ended already.')
      return { status: 201, body: await describe(deps.db, principalOf(credential)) }
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/session',
    role: 'viewer',
    summary: 'Tells who the caller is.',
    replies: { 200: me },
    async handle({ principal, req, res }) {
      await renewCookie(deps, req, res)
      return ok(await describe(deps.db, principal))
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/session',
    role: 'viewer',
    summary: 'Signs the browser out.',
    replies: { 204: null },
    async handle({ principal, res }) {
      if (!(await endSession(deps, principal)))
        throw new Problem(409, 'not_a_session', 'A token has no session to end; DELETE /api/tokens/{id} revokes it.')
      deps.cookie.set(res, '', 0)
      return { status: 204 }
    },
  }),
  endpoint({
    method: 'put',
    path: '/api/session/password',
    role: 'viewer',
    summary: 'Sets the password of the signed-in user; their other sessions and their one-time link end.',
    body: passwordBody,
    replies: { 204: null },
    async handle({ principal, body }) {
      const takeBack = await attempts.take(principal.actor.id ?? '')
      await changePassword(deps, principal, body)
      await takeBack()
      return { status: 204 }
    },
  }),
]

/** @returns whether there was one */
async function endSession({ db, audit, revocations }: Deps, principal: Principal): Promise<boolean> {
  const id = principal.credentialId
  if (!(await removeSession(db, id))) return false
  revocations.tell([id])
  await audit.record({ by: principal, action: 'session.end', target: { type: 'session', id } })
  return true
}

async function changePassword(
  { db, audit, revocations }: Deps,
  principal: Principal,
  { password, current_password }: z.infer<typeof passwordBody>,
): Promise<void> {
  const user =
    principal.actor.type === 'user' && principal.actor.id ? await userById(db, principal.actor.id) : undefined
  if (!user) throw new Problem(409, 'not_a_user', 'Only users have a password, and this is an API token.')
  if (user.password_hash && !(await passwordMatches(current_password ?? '', user.password_hash)))
    throw badRequest([{ path: 'body.current_password', message: 'This is not the present password.' }])
  const hash = await hashPassword(password)
  const ended = await db.transaction(async trx => {
    await setPasswordHash(trx, user.id, hash)
    await removeCode(trx, user.id)
    await audit.record({ by: principal, action: 'password.set', target: { type: 'user', id: user.id } }, trx)
    return removeOtherSessions(trx, user.id, principal.credentialId)
  })
  revocations.tell(ended)
}

async function describe(db: Db, principal: Principal) {
  const { tenantId, role, actor } = principal
  const tenant = await tenantById(db, tenantId)
  return { tenant, role, name: actor.name, actor, runs_installation: runsInstallation(principal) }
}

/** Sessions slide: whoever comes back within 30 days stays signed in, so the cookie's own end must move too. */
export async function renewCookie(
  { credentials, cookie }: Pick<Deps, 'credentials' | 'cookie'>,
  req: Parameters<Credentials['findSession']>[0],
  res: Response,
): Promise<void> {
  const session = await credentials.findSession(req)
  if (session) cookie.set(res, session.secret, SESSION_LIFE_SECONDS)
}
