import type { IncomingMessage } from 'node:http'
import type { Access } from '../../access'
import { may, type Principal } from '../../api'
import type { Role } from '../../contract/access'
import { Refusal, said } from './answer'

/** Both schemes that clients can be configured with. */
const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="tailrace", Basic realm="tailrace", charset="UTF-8"' }

export const unauthorized = (message: string) => ({ ...said(401, message), headers: CHALLENGE })

/**
 * The caller: by `Authorization: Bearer <token>`, by Basic with the token as password (the user name does not matter), or
 * for reads by the session cookie of a page of the same origin.
 * @throws Refusal 401 or 403, Problem 401
 */
export async function callerOf(
  access: Pick<Access, 'authenticate' | 'isForeign'>,
  req: IncomingMessage,
  role: Role,
): Promise<Principal> {
  const principal = await authenticate(access, req)
  if (may(principal, role)) return principal
  throw new Refusal(said(403, `This requires the role ${role}; the role of this token is ${principal.role}.`))
}

function authenticate(access: Pick<Access, 'authenticate' | 'isForeign'>, req: IncomingMessage): Promise<Principal> {
  const { authorization = '' } = req.headers
  const password = basicPassword(authorization)
  if (password !== undefined)
    return access.authenticate({ url: req.url, headers: { authorization: `Bearer ${password}` } })
  const isByCookie = !/^bearer( |$)/i.test(authorization)
  if (isByCookie && (req.method !== 'GET' || access.isForeign(req)))
    throw new Refusal(unauthorized('Send "Authorization: Bearer <token>", or Basic with the token as password.'))
  return access.authenticate(req)
}

/** RFC 7617. */
function basicPassword(authorization: string): string | undefined {
  const encoded = /^basic +([^ ]+) *$/i.exec(authorization)?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  return text.slice(text.indexOf(':') + 1)
}
