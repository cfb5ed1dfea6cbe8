import type { IncomingMessage } from 'node:http'
import type { Principal } from '../api'
import type { Db } from '../base/db'
import { hashSecret } from '../base/ids'
import { REQUEST_TIMEOUT_MS, withTimeout } from '../base/request-timeout'
import { type Credential, credentialByHash, touchSession, touchToken } from './credential-store'
import { type GivenSecret, givenSecret, type RequestHead, refuseSecretsInUrl, unauthorized } from './requests'
import type { SessionCookie } from './session-cookie'

export const SESSION_LIFE_SECONDS = 30 * 24 * 3600
const TOKEN_TOUCH_MS = 60_000
const SESSION_TOUCH_MS = 3_600_000

/**
 * How long a credential is cached, and so how long its end or a changed role can go unnoticed if the bus loses the
 * message. The process that makes the change forgets it at once.
 */
const CACHE_MS = 5_000
const CACHE_MAX = 10_000

interface Cached {
  until: number
  lookup: Promise<Credential | undefined>
  /** Set when the lookup is done. */
  credential?: Credential
}

export interface Credentials {
  /** @throws Problem 400 (secret in the URL) or 401 */
  authenticate(req: RequestHead): Promise<Principal>
  /** The valid session of a request's cookie, whatever other credential the request has. */
  findSession(req: IncomingMessage): Promise<{ secret: string; credential: Credential } | undefined>
  /** The valid credential with this secret. */
  find(secret: string): Promise<Credential | undefined>
  forget(credentialId: string): void
}

export function createCredentials(db: Db, cookie: SessionCookie): Credentials {
  const cache = new Map<string, Cached>()

  async function load(hash: string): Promise<Credential | undefined> {
    const credential = await credentialByHash(db, hash)
    if (credential) await touch(db, credential, Date.now())
    return credential
  }

  function find(secret: string): Promise<Credential | undefined> {
    const hash = hashSecret(secret)
    const cached = cache.get(hash)
    if (cached && cached.until > Date.now()) return cached.lookup
    const entry: Cached = { until: Date.now() + CACHE_MS, lookup: withTimeout(REQUEST_TIMEOUT_MS, () => load(hash)) }
    cache.delete(hash)
    cache.set(hash, entry)
    const oldest = cache.keys().next()
    if (cache.size > CACHE_MAX && !oldest.done) cache.delete(oldest.value)
    entry.lookup.then(settle, () => settle(undefined))
    function settle(credential: Credential | undefined) {
      if (cache.get(hash) !== entry) return
      if (!credential)
        cache.delete(hash) // never cached: the lookup may have failed
      else entry.credential = credential
      entry.until = Math.min(entry.until, credential?.expires_at?.getTime() ?? Number.POSITIVE_INFINITY)
    }
    return entry.lookup
  }

  return {
    find,
    async authenticate(req) {
      refuseSecretsInUrl(req.url ?? '')
      const given = givenSecret(req, cookie)
      if (!given) throw unauthorized('Sign in, or send "Authorization: Bearer <token>".')
      const credential = await find(given.secret)
      if (!credential || !isInPlace(given, credential))
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
      // A lookup in progress may have read the row before it changed.
      for (const [hash, { credential }] of cache) if (!credential || credential.id === credentialId) cache.delete(hash)
    },
  }
}

/** A session is valid only in its cookie, and a token only in the header. */
const isInPlace = ({ by }: GivenSecret, { kind }: Credential) => (by === 'cookie') === (kind === 'session')

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
