import type { IncomingMessage } from 'node:http'
import type { Principal } from '../api'
import type { Db } from '../base/db'
import { hashSecret } from '../base/ids'
import { PATIENCE_MS, within } from '../base/patience'
import { type Presented, presented, refuseSecretsInUrl, unauthorized } from './requests'
import type { SessionCookie } from './session-cookie'
import { type Credential, credentialByHash, touchSession, touchToken } from './store'

export const SESSION_LIFE_SECONDS = 30 * 24 * 3600
const TOKEN_TOUCH_MS = 60_000
const SESSION_TOUCH_MS = 3_600_000

/**
 * How long an answer of the database is believed. In the process that revokes, it ends at once; elsewhere when the bus
 * tells, or after this time at the latest. So is a changed role.
 */
const BELIEVED_MS = 5_000
const KNOWN_MAX = 10_000

interface Known {
  until: number
  answer: Promise<Credential | undefined>
  credential?: Credential
}

export interface Credentials {
  /** @throws Problem 400 (secret in the URL) or 401 */
  authenticate(req: IncomingMessage): Promise<Principal>
  /** The session of a request's cookie, while it is good; whatever else the request shows. */
  findSession(req: IncomingMessage): Promise<{ secret: string; credential: Credential } | undefined>
  /** The live credential behind a secret. */
  find(secret: string): Promise<Credential | undefined>
  forget(credentialId: string): void
}

export function createCredentials(db: Db, cookie: SessionCookie, now: () => number = Date.now): Credentials {
  const known = new Map<string, Known>()

  async function load(hash: string): Promise<Credential | undefined> {
    const credential = await credentialByHash(db, hash)
    if (credential) await touch(db, credential, now())
    return credential
  }

  function find(secret: string): Promise<Credential | undefined> {
    const hash = hashSecret(secret)
    const remembered = known.get(hash)
    if (remembered && remembered.until > now()) return remembered.answer
    const entry: Known = { until: now() + BELIEVED_MS, answer: within(PATIENCE_MS, () => load(hash)) }
    known.delete(hash)
    known.set(hash, entry)
    const oldest = known.keys().next()
    if (known.size > KNOWN_MAX && !oldest.done) known.delete(oldest.value)
    entry.answer.then(settle, () => settle(undefined))
    function settle(credential: Credential | undefined) {
      if (known.get(hash) !== entry) return
      if (!credential)
        known.delete(hash) // a "no" is not believed: it may have been a failure
      else entry.credential = credential
      entry.until = Math.min(entry.until, credential?.expires_at?.getTime() ?? Number.POSITIVE_INFINITY)
    }
    return entry.answer
  }

  return {
    find,
    async authenticate(req) {
      refuseSecretsInUrl(req.url ?? '')
      const given = presented(req, cookie)
      if (!given) throw unauthorized('Sign in, or send "Authorization: Bearer <token>".')
      const credential = await find(given.secret)
      if (!credential || !fits(given, credential))
        throw unauthorized('Token or session is invalid or expired.', 'invalid_credential')
      return principalOf(credential)
    },
    async findSession(req) {
      const secret = cookie.read(req)
      if (secret === undefined) return undefined
      const credential = await find(secret)
      return credential?.kind === 'session' ? { secret, credential } : undefined
    },
    forget(credentialId) {
      // one that is still being looked up may have been read before the end
      for (const [hash, { credential }] of known) if (!credential || credential.id === credentialId) known.delete(hash)
    },
  }
}

/** A session is worth something in its cookie only and a token in the header only. */
const fits = ({ by }: Presented, { kind }: Credential) => (by === 'cookie') === (kind === 'session')

async function touch(db: Db, { id, kind, used_at }: Credential, now: number): Promise<void> {
  const age = now - (used_at?.getTime() ?? 0)
  if (kind === 'token' && age > TOKEN_TOUCH_MS) await touchToken(db, id)
  if (kind === 'session' && age > SESSION_TOUCH_MS) await touchSession(db, id, SESSION_LIFE_SECONDS)
}

export const principalOf = (credential: Credential): Principal => ({
  tenantId: credential.tenant_id,
  role: credential.role,
  actor: { type: credential.actor_type, id: credential.actor_id, name: credential.actor_name },
  credentialId: credential.id,
})
