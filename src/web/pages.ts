import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Access } from '../access'
import { Problem } from '../base/errors'
import { PAGES, RESERVED_PATHS } from '../contract/pages'
import { serveFiles } from './files'
import { preloadHeader } from './preloads'
import { wantsHtml } from './problem-page'
import { sendProblem } from './problems'
import { factsOf } from './request-facts'

/** The built pages and their assets. Pages require a session; assets hold no data and are public. */
export function pageRoutes(publicDir: string, access: Access): Router {
  const router = Router({ caseSensitive: true })
  for (const page of PAGES) {
    const guards = 'isPublic' in page ? [] : [signedIn(access)]
    for (const path of [page.path, ...('aliases' in page ? page.aliases : [])])
      router.get(path, named(page.path), ...guards, preloading(publicDir, page.name), sendsPage(publicDir, 200))
  }
  for (const path of RESERVED_PATHS) router.get(path, named(path), signedIn(access), sendsPage(publicDir, 200))
  router.use(serveFiles(publicDir))
  const sendMissing = sendsPage(publicDir, 404)
  router.get('/*path', (req, res, next) => (wantsHtml(req) ? sendMissing(req, res, next) : next()))
  return router
}

/** Records the route of a page for the request log. */
export const named =
  (route: string): RequestHandler =>
  (_req, res, next) => {
    Object.assign(factsOf(res), { route, isRoutine: true })
    next()
  }

/** Redirects signed-out visitors to the sign-in page, which sends them back after they have signed in. */
export function signedIn(access: Access): RequestHandler {
  return async (req, res, next) => {
    const principal = await access.visitor(req, res)
    if (!principal) return toSignIn(req, res)
    factsOf(res).principal = principal
    next()
  }
}

export const toSignIn = (req: Request, res: Response) =>
  res.set('Cache-Control', 'no-store').redirect(302, `/sign-in?next=${encodeURIComponent(req.originalUrl)}`)

const preloading =
  (publicDir: string, page: string): RequestHandler =>
  async (_req, res, next) => {
    const link = await preloadHeader(publicDir, page)
    if (link) res.set('Link', link)
    next()
  }

/** Sends a built page. */
export const sendsPage =
  (root: string, status: number, file = 'index.html'): RequestHandler =>
  (_req, res) => {
    // `no-store` would keep the page out of the browser's back/forward cache
    res
      .status(status)
      .sendFile(file, { root, cacheControl: false, headers: { 'Cache-Control': 'no-cache' } }, error => {
        if (error && !res.headersSent) sendProblem(res, NOT_BUILT)
      })
  }

const NOT_BUILT = new Problem(503, 'not_built', 'The pages are not built: run "npm run build".')
