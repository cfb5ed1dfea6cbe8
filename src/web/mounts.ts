import { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express'
import type { Access } from '../access'
import type { Role } from '../contract/access'
import { admit } from './endpoints'
import { toSignIn } from './pages'
import { wantsHtml } from './problem-page'
import { factsOf } from './request-log'
import { relaxedPolicy } from './security'

/** A separate router, such as osquery's API or Bull Board. It reads request bodies itself. */
export interface Mount {
  /** Path prefix, such as `/osquery` or `/admin/queues`. */
  path: string
  /** `anyone`: the handler authenticates callers itself. */
  roles: { read: Role; write: Role } | 'anyone'
  handler: RequestHandler
  /** Answers errors raised before the handler was reached, for clients that do not understand problem+json. */
  onError?: ErrorRequestHandler
  /** For a mount with pages: the sources that they need in addition to our content security policy, or instead. */
  csp?: Record<string, string[]>
}

export function mountRoutes(mounts: Mount[], access: Access): Router {
  const router = Router({ caseSensitive: true })
  for (const { path, roles, handler, csp } of mounts) {
    router.use(path, named(path, roles === 'anyone'))
    if (roles !== 'anyone') router.use(path, guard(roles, access))
    if (csp) router.use(path, relaxedPolicy(csp))
    router.use(path, handler)
  }
  return router
}

/** Requests of machines are routine, and so are reads, because pages poll. */
const named =
  (path: string, isForMachines: boolean): RequestHandler =>
  (req, res, next) => {
    Object.assign(factsOf(res), { route: `${path}/*`, isRoutine: isForMachines || isRead(req) })
    next()
  }

const isRead = ({ method }: Request) => method === 'GET' || method === 'HEAD'

function guard(roles: { read: Role; write: Role }, access: Access): RequestHandler {
  return async (req, res, next) => {
    if (isRead(req) && wantsHtml(req) && !(await access.visitor(req, res))) return toSignIn(req, res)
    await admit(access, isRead(req) ? roles.read : roles.write, req, res)
    next()
  }
}
