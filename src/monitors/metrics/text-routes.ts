import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { type Access, programCaller } from '../../access'
import type { Principal } from '../../api'
import { Problem } from '../../base/errors'
import { isOutage } from '../../base/outage'
import type { Role } from '../../contract/access'

type Programs = Pick<Access, 'authenticate' | 'isForeign'>

interface TextRoute {
  path: string
  role: Role
  access: Programs
  handle(req: Request, res: Response, principal: Principal): Promise<void>
}

/** Matches a mount of the web room. */
export interface TextMount {
  path: string
  roles: 'anyone'
  handler: RequestHandler
  onError: ErrorRequestHandler
}

/** A mount that answers GETs of Prometheus, which shows people at most the plain text of an error. */
export function textMount({ path, role, access, handle }: TextRoute): TextMount {
  const handler: RequestHandler = async (req, res, next) => {
    if (req.path !== '/') return next()
    res.setHeader('Cache-Control', 'no-store')
    if (req.method !== 'GET' && req.method !== 'HEAD')
      throw new Problem(405, 'method_not_allowed', 'Only GET is allowed here.', [], { Allow: 'GET, HEAD' })
    const principal = await programCaller(access, req, role)
    res.locals.principal = principal
    await handle(req, res, principal)
  }
  const onError: ErrorRequestHandler = (error, _req, res, next) => {
    const { status, text, headers } = plainError(error)
    if (!status || res.headersSent) return next(error)
    res.status(status).set(headers).type('text/plain; charset=utf-8').send(`${text}\n`)
  }
  return { path, roles: 'anyone', handler, onError }
}

function plainError(error: unknown): { status?: number; text?: string; headers?: Record<string, string> } {
  if (error instanceof Problem) {
    const faults = error.errors.map(({ path, message }) => `${path.replace(/^query\./, '')}: ${message}`)
    return { status: error.status, text: faults.join('\n') || error.detail, headers: error.headers }
  }
  if (isOutage(error))
    return {
      status: 503,
      text: 'Part of this service is unavailable or overloaded. Try again soon.',
      headers: { 'Retry-After': '2' },
    }
  return {}
}
