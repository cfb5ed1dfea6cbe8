import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Access } from '../access'
import { Problem } from '../base/errors'
import { sendProblem } from './problems'
import { factsOf } from './request-facts'

/** Pages of the browser program, which all are one file. */
export const PAGES = [
  '/',
  '/queue',
  '/jobs/:id',
  '/hosts',
  '/hosts/:id',
  '/queries',
  '/queries/:id',
  '/monitors',
  '/monitors/:id',
  '/incidents',
  '/crawls',
  '/crawls/:id',
  '/logs',
  '/settings',
  '/admin/members',
  '/admin/audit',
  '/admin/retention',
]
/** esbuild writes a hash of the content into these names: `main-5RTVQ2GK.js`. */
const HASHED_NAME = /-[0-9A-Z]{8}\.\w+(\.map)?$/
const YEAR_SECONDS = 365 * 24 * 3600

/** The built pages and their files. Pages want a signed-in visitor; files hold no data and are for anyone. */
export function pageRoutes(publicDir: string, access: Access): Router {
  const router = Router({ caseSensitive: true })
  router.get('/sign-in', named('/sign-in'), (_req, res) => sendPage(res, publicDir, 200))
  for (const path of PAGES)
    router.get(path, named(path), signedIn(access), (_req, res) => sendPage(res, publicDir, 200))
  router.use(
    express.static(publicDir, {
      index: false,
      redirect: false,
      setHeaders: (res, path) => res.setHeader('Cache-Control', cachingOf(path)),
    }),
  )
  router.get('/*path', (req, res, next) => (wantsHtml(req) ? sendPage(res, publicDir, 404) : next()))
  return router
}

const named =
  (route: string): RequestHandler =>
  (_req, res, next) => {
    factsOf(res).route = route
    next()
  }

/** Sends signed-out visitors to the sign-in page and from there back to where they wanted to go. */
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

/** A browser that opens a page, as against a program or a script of a page. */
export const wantsHtml = (req: Request) =>
  req.method === 'GET' && !req.path.startsWith('/api/') && (req.get('accept') ?? '').includes('text/html')

/** Names with a hash never change their content; all others are asked for again each time (304 by ETag). */
const cachingOf = (path: string) =>
  HASHED_NAME.test(path) ? `public, max-age=${YEAR_SECONDS}, immutable` : 'public, no-cache'

function sendPage(res: Response, root: string, status: number): void {
  // `no-store` would take the page out of the browser's back-and-forward cache
  res
    .status(status)
    .sendFile('index.html', { root, cacheControl: false, headers: { 'Cache-Control': 'no-cache' } }, error => {
      if (error && !res.headersSent) sendProblem(res, NOT_BUILT)
    })
}

const NOT_BUILT = new Problem(503, 'not_built', 'The pages are not built: run "npm run build".')
