import type { Request, RequestHandler, Response } from 'express'
import { notFound, Problem } from '../../base/errors'
import { isOutage } from '../../base/outage'
import { parse, z } from '../../base/parse'
import { slug as slugShape } from '../../contract/status-pages'
import { statusBadge, unknownBadge, uptimeBadge } from './badge'
import { plainPage } from './page-html'
import { STYLE_HASH } from './page-style'
import { etagOf, type PublicText } from './public-text'
import { FRESH_MS, type PublishedPages } from './published-pages'
import { UPTIME_WINDOWS } from './read-status'

/** What the web server mounts. Anybody may read it. */
export interface StatusPagesMount {
  path: '/status'
  roles: 'anyone'
  handler: RequestHandler
  csp: Record<string, string[]>
}

const NOTHING = ["'none'"]
/** Exactly what a page needs: its own style and the icon. */
const POLICY = {
  'default-src': NOTHING,
  'script-src': NOTHING,
  'connect-src': NOTHING,
  'font-src': NOTHING,
  'form-action': NOTHING,
  'img-src': ["'self'"],
  'style-src': [STYLE_HASH],
}

/** `/shop`, `/shop.json` and `/shop/<monitor>.svg`. */
const PATH = /^\/([^/.]+)(?:(\/?)|(\.json)|\/([0-9a-f-]{36})\.svg)$/

type Asked = { slug: string } & ({ kind: 'html' | 'json' } | { kind: 'badge'; monitorId: string })

const badgeQuery = z.object({
  type: z.enum(['status', 'uptime']).default('status'),
  window: z.enum(UPTIME_WINDOWS).default('30d'),
  label: z.string().max(1_000).optional(),
})

/** Public status pages as HTML and JSON, and badges of their monitors. */
export const statusPagesMount = (pages: PublishedPages): StatusPagesMount => ({
  path: '/status',
  roles: 'anyone',
  csp: POLICY,
  handler: (req, res, next) => void serve(pages, req, res).catch(next),
})

async function serve(pages: PublishedPages, req: Request, res: Response): Promise<void> {
  if (req.method !== 'GET' && req.method !== 'HEAD')
    throw new Problem(405, 'method_not_allowed', `${req.method} is not allowed here.`, [], { Allow: 'GET, HEAD' })
  const asked = askedFor(req.path)
  if (asked?.kind === 'badge') return sendBadge(pages, asked, req, res)
  if (asked?.kind === 'json') return sendJson(pages, asked.slug, req, res)
  return sendHtml(pages, asked?.slug, req, res)
}

function askedFor(path: string): Asked | undefined {
  const [, slug, , json, monitorId] = PATH.exec(path) ?? []
  if (!slugShape.safeParse(slug).success || slug === undefined) return undefined
  if (monitorId) return { slug, kind: 'badge', monitorId }
  return { slug, kind: json ? 'json' : 'html' }
}

async function sendHtml(pages: PublishedPages, slug: string | undefined, req: Request, res: Response): Promise<void> {
  try {
    const found = slug === undefined ? undefined : await pages.find(slug)
    if (!found) return sendPlain(res, 404, 'Page not found', 'There is no status page at this address.')
    const { page, isOld } = found
    setCaching(res, isOld ? Date.now() : page.at)
    await send(req, res, isOld ? page.oldHtml() : page.html)
  } catch (error) {
    if (!isOutage(error)) throw error
    res.set('Retry-After', '5')
    sendPlain(res, 503, 'Temporarily unavailable', 'This page cannot be read at the moment. Try again soon.')
  }
}

function sendPlain(res: Response, status: number, title: string, text: string): void {
  res.status(status).set('Cache-Control', 'no-store').type('html').send(plainPage(title, text))
}

async function sendJson(pages: PublishedPages, slug: string, req: Request, res: Response): Promise<void> {
  const found = await pages.find(slug)
  if (!found) throw notFound('status page')
  setCaching(res, found.isOld ? Date.now() : found.page.at)
  shareWithAll(res)
  await send(req, res, found.page.json)
}

async function sendBadge(
  pages: PublishedPages,
  { slug, monitorId }: { slug: string; monitorId: string },
  req: Request,
  res: Response,
): Promise<void> {
  const { type, window, label } = parse(badgeQuery, req.query, 'query')
  const found = await pages.find(slug)
  const monitor = found?.page.monitors.get(monitorId)
  shareWithAll(res)
  res.type('image/svg+xml')
  if (!found || !monitor) {
    res
      .status(404)
      .set('Cache-Control', 'no-store')
      .send(unknownBadge(label ?? 'monitor'))
    return
  }
  const percent = found.page.uptime.get(monitorId)?.[window] ?? null
  const svg =
    type === 'uptime'
      ? uptimeBadge(label ?? `uptime ${window}`, percent)
      : statusBadge(label ?? monitor.name, monitor.status)
  setCaching(res, found.isOld ? Date.now() : found.page.at)
  res.set('ETag', etagOf(svg))
  if (req.fresh) res.status(304).end()
  else res.send(svg)
}

/** Other caches keep it only as long as this process would have: `Age` is how old it is already (RFC 9111). */
function setCaching(res: Response, at: number): void {
  const age = Math.max(0, Math.ceil((Date.now() - at) / 1_000))
  res.set({ 'Cache-Control': `public, max-age=${FRESH_MS / 1_000}`, Age: `${age}` })
}

/** Pages of other sites may show it. */
function shareWithAll(res: Response): void {
  res.set({ 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' })
}

async function send(req: Request, res: Response, text: PublicText): Promise<void> {
  res.vary('Accept-Encoding').set('ETag', text.etag)
  if (req.fresh) {
    res.status(304).end()
    return
  }
  const { coding, body } = await text.bodyFor(req.get('accept-encoding'))
  if (coding) res.set('Content-Encoding', coding)
  res.set('Content-Type', text.type === 'html' ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8')
  res.send(body)
}
