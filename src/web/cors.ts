import type { RequestHandler } from 'express'
import type { Access } from '../access'
import { factsOf } from './request-log'

const ALLOWED_METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const ALLOWED_HEADERS = 'Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID, X-Request-Id'
const EXPOSED_HEADERS = 'Content-Disposition, ETag, Idempotency-Replayed, Retry-After, WWW-Authenticate, X-Request-Id'
/** How long browsers may cache a preflight; Chromium caps it at two hours. */
const PREFLIGHT_SECONDS = 7_200

/**
 * Allows pages of these origins to read responses (https://fetch.spec.whatwg.org/#http-cors-protocol). They authenticate with
 * a bearer token or a ticket: credentials are not allowed, and a cookie that the browser sends anyway (as between two ports
 * of one host) is ignored.
 */
export function cors(origins: readonly string[], { isForeign }: Pick<Access, 'isForeign'>): RequestHandler {
  const allowed = new Set(origins)
  return (req, res, next) => {
    res.vary('Origin')
    const { origin } = req.headers
    if (origin === undefined || !allowed.has(origin)) return next()
    if (isForeign(req)) delete req.headers.cookie
    res.set('Access-Control-Allow-Origin', origin)
    if (req.method !== 'OPTIONS' || req.headers['access-control-request-method'] === undefined) {
      res.set('Access-Control-Expose-Headers', EXPOSED_HEADERS)
      return next()
    }
    Object.assign(factsOf(res), { route: `${req.baseUrl}/*`, isRoutine: true })
    res
      .status(204)
      .set({
        'Access-Control-Allow-Methods': ALLOWED_METHODS,
        'Access-Control-Allow-Headers': ALLOWED_HEADERS,
        'Access-Control-Max-Age': String(PREFLIGHT_SECONDS),
      })
      .end()
  }
}
