import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Access } from '../access'
import { Problem } from '../base/errors'
import { PAGES } from '../contract/pages'
import { serveFiles, serveVariants } from './files'
import { preloadHeader } from './preloads'
import { wantsHtml } from './problem-page'
import { sendProblem } from './problems'
import { factsOf } from './request-log'

/** The built pages and their assets. Pages require a session; assets hold no data and are public. */
export function pageRoutes(publicDir: string, access: Access): Router {
  const router = Router({ caseSensitive: true })
  for (const page of PAGES) {
    const guards = 'isPublic' in page ? [] : [signedIn(access)]
    for (const path of [page.path, ...('aliases' in page ? page.aliases : [])])
      router.get(path, named(page.path), ...guards, preloading(publicDir, page.name), sendsPage(publicDir, 200))
  }
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

/**
 * Sends a built page, compressed if the browser accepts it. The page is revalidated each time (304 by ETag); `no-store` would
 * keep it out of the browser's back/forward cache.
 */
export function sendsPage(root: string, status: number, file = 'index.html'): RequestHandler {
  const serve = serveVariants(root, (res, { path }) => res.set({ 'Cache-Control': 'no-cache', ETag: etagOf(path) }))
  return (req, res) => {
    const { url } = req
    req.url = `/${file}`
    res.status(status)
    serve(req, res, error => {
      req.url = url
      if (!res.headersSent) sendProblem(res, error instanceof Problem ? error : NOT_BUILT)
    })
  }
}

/** By content: two builds may make pages of the same size, and images set the same time on all files. */
const etagOf = (path: string) => `"${createHash('sha256').update(readFileSync(path)).digest('base64url').slice(0, 22)}"`

const NOT_BUILT = new Problem(503, 'not_built', 'The pages are not built: run "npm run build".')
