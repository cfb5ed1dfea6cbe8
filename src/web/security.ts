import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { RequestHandler, Response } from 'express'
import helmet from 'helmet'

type Directives = Record<string, string[]>

/** Same origin only and nothing inline. The log viewer sets styles through the CSSOM, which this allows. */
const DIRECTIVES: Directives = {
  'default-src': ["'self'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'connect-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
}

/** The headers of every response, computed once. @param https whether browsers use HTTPS; if not, HSTS would lock them out */
export function securityHeaders(https: boolean): RequestHandler {
  const headers = headersSetBy(
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: DIRECTIVES },
      strictTransportSecurity: https ? { maxAge: 365 * 24 * 3600 } : false,
      xFrameOptions: { action: 'deny' },
      referrerPolicy: { policy: 'same-origin' }, // the same-origin check may need the Referer
    }),
  )
  return (_req, res, next) => {
    for (const [name, value] of headers) res.setHeader(name, value)
    next()
  }
}

/** What a handler sets that does the same for every request. @throws whatever it fails with */
function headersSetBy(handler: ReturnType<typeof helmet>): [string, string][] {
  const res = new ServerResponse(new IncomingMessage(new Socket()))
  handler(res.req, res, error => {
    if (error) throw error
  })
  return res.getHeaderNames().map(name => [name, String(res.getHeader(name))])
}

/** A looser policy for mounted third-party pages (Bull Board). */
export const relaxedPolicy = (more: Directives): RequestHandler =>
  helmet.contentSecurityPolicy({ useDefaults: false, directives: { ...DIRECTIVES, ...more } })

/** Headers that browsers obey in documents only. */
const DOCUMENT_HEADERS = [
  'Content-Security-Policy',
  'Cross-Origin-Opener-Policy',
  'Origin-Agent-Cluster',
  'Referrer-Policy',
  'X-DNS-Prefetch-Control',
  'X-Download-Options',
  'X-Frame-Options',
  'X-Permitted-Cross-Domain-Policies',
  'X-XSS-Protection',
]

/** For scripts, styles and fonts: half a kilobyte less for each of the twenty files of a first visit. */
export function withoutDocumentHeaders(res: Response): void {
  for (const name of DOCUMENT_HEADERS) res.removeHeader(name)
}
