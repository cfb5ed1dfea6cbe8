import type { IncomingMessage } from 'node:http'
import { urlFrom } from '../../text/url'
import { badRequest, Problem } from '../base/errors'
import { isSecretName } from '../base/redact'
import type { SessionCookie } from './session-cookie'

const TOKEN_LENGTH_MAX = 1024
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** What authenticates a request. */
export type RequestHead = Pick<IncomingMessage, 'url' | 'headers'>

/** The secret of a credential, as found in a request. */
export interface GivenSecret {
  by: 'bearer' | 'cookie'
  secret: string
}

/**
 * The secret in a request. A Bearer header takes precedence over the cookie even if it is invalid. Other schemes are
 * ignored, because they may be meant for a reverse proxy.
 * @throws Problem 401 when the Bearer header holds no token
 */
export function givenSecret(req: RequestHead, cookie: SessionCookie): GivenSecret | undefined {
  if (hasBearer(req)) {
    const secret = /^bearer +(\S+) *$/i.exec(req.headers.authorization ?? '')?.[1]
    if (!secret || secret.length > TOKEN_LENGTH_MAX)
      throw unauthorized('The Authorization header holds no token after "Bearer".', 'invalid_credential')
    return { by: 'bearer', secret }
  }
  const secret = cookie.read(req)
  return secret === undefined ? undefined : { by: 'cookie', secret }
}

/** Whether the request carries a Bearer token, which a page of another origin cannot make a browser send. */
export const hasBearer = (req: RequestHead) => /^bearer( |$)/i.test(req.headers.authorization ?? '')

/** A 401 with the header that RFC 6750 section 3 requires. */
export function unauthorized(detail: string, code = 'not_signed_in'): Problem {
  const error = code === 'not_signed_in' ? '' : ', error="invalid_token"'
  return new Problem(401, code, detail, [], { 'WWW-Authenticate': `Bearer realm="tailrace"${error}` })
}

/**
 * Refuses a URL that contains a secret, even if the request also has a valid header: URLs end up in logs, histories and
 * Referer headers.
 * @throws Problem 400 that names the parameter
 */
export function refuseSecretsInUrl(url: string): void {
  const at = url.indexOf('?')
  if (at < 0) return
  const found = [...new URLSearchParams(url.slice(at + 1)).keys()].filter(isSecretName)
  if (!found.length) return
  const message = 'Never put a secret in a URL: send a token as "Authorization: Bearer <token>".'
  throw badRequest(found.map(name => ({ path: `query.${name}`, message })))
}

/**
 * Whether a browser sent this request on behalf of a page of another origin. Browsers name the origin of every request
 * that can change something (Sec-Fetch-Site, Origin, or at least Referer); a request with none of them comes from a
 * program. Only hosts are compared, because the scheme differs behind a proxy that terminates TLS.
 * @param publicUrl the address people use, in case a proxy changes the Host header
 */
export function isForeign(req: IncomingMessage, publicUrl?: string): boolean {
  const { origin, referer, host } = req.headers
  const site = req.headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const from = origin ?? referer
  if (from === undefined) return false
  const fromHost = hostOf(from)
  if (fromHost === undefined) return true
  if (publicUrl && fromHost === hostOf(publicUrl)) return false
  return fromHost !== hostOf(`http://${host}`)
}

/** @throws Problem 403 when a page of another origin tries to change something with the visitor's cookie */
export function requireSameOrigin(req: IncomingMessage, publicUrl?: string): void {
  if (SAFE_METHODS.has(req.method ?? 'GET') || hasBearer(req)) return
  if (isForeign(req, publicUrl))
    throw new Problem(403, 'foreign_origin', 'This change was requested by a page of another origin, so it is refused.')
}

function hostOf(url: string): string | undefined {
  return urlFrom(url)?.host.replace(/:(80|443)$/, '')
}
