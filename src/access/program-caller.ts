import type { IncomingMessage } from 'node:http'
import { may, type Principal } from '../api'
import { Problem } from '../base/errors'
import type { Role } from '../contract/access'
import type { RequestHead } from './requests'

/** Both schemes that programs can be configured with. */
const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="tailrace", Basic realm="tailrace", charset="UTF-8"' }

interface Authentication {
  authenticate(req: RequestHead): Promise<Principal>
  isForeign(req: IncomingMessage): boolean
}

/**
 * The caller of an API that programs such as Prometheus know: by `Authorization: Bearer <token>`, by Basic with the
 * token as password (the user name does not matter), or for reads by the session cookie of a page of the same origin.
 * @throws Problem 401 or 403
 */
export async function programCaller(access: Authentication, req: IncomingMessage, role: Role): Promise<Principal> {
  const principal = await authenticate(access, req).catch(challenge)
  if (may(principal, role)) return principal
  throw new Problem(403, 'forbidden', `This requires the role ${role}; the role of this token is ${principal.role}.`)
}

/** @throws the error again; a 401 names both schemes */
function challenge(error: unknown): never {
  if (!(error instanceof Problem) || error.status !== 401) throw error
  throw new Problem(401, error.code, error.detail, error.errors, CHALLENGE)
}

async function authenticate(access: Authentication, req: IncomingMessage): Promise<Principal> {
  const { authorization = '' } = req.headers
  const password = basicPassword(authorization)
  if (password !== undefined)
    return access.authenticate({ url: req.url, headers: { authorization: `Bearer ${password}` } })
  const isByCookie = !/^bearer( |$)/i.test(authorization)
  if (isByCookie && (req.method !== 'GET' || access.isForeign(req)))
    throw new Problem(
      401,
      'not_signed_in',
      'Send "Authorization: Bearer <token>", or Basic with the token as password.',
    )
  return access.authenticate(req)
}

/** RFC 7617. */
function basicPassword(authorization: string): string | undefined {
  const encoded = /^basic +([^ ]+) *$/i.exec(authorization)?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  return text.slice(text.indexOf(':') + 1)
}
