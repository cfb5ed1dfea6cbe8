import { createHash, timingSafeEqual } from 'node:crypto'
import { type Request, Router } from 'express'
import { messageOf, Problem } from '../base/errors'
import type { Log } from '../base/log'
import type { Registry } from '../base/metrics'
import { factsOf } from './request-log'

/** Throws, or takes longer than 2 s, if the part does not work. */
export type Check = () => Promise<unknown> | unknown
export type Outcome = 'ok' | 'failed' | 'timeout'

const CHECK_TIMEOUT_MS = 2_000
/** Results are cached because the routes are public and would otherwise let anyone trigger checks at any rate. */
const CACHE_MS = 500

interface HealthDeps {
  readiness(): Promise<Record<string, Outcome>>
  metrics: Registry
  metricsToken: string | undefined
  isStopping: () => boolean
}

/** `/healthz`, `/readyz` and `/metrics`, served by every process whatever its role. */
export function healthRoutes({ readiness, metrics, metricsToken, isStopping }: HealthDeps): Router {
  const router = Router({ caseSensitive: true })
  router.use(['/healthz', '/readyz', '/metrics'], (req, res, next) => {
    Object.assign(factsOf(res), { route: req.baseUrl, isRoutine: true })
    res.setHeader('Cache-Control', 'no-store')
    if (req.method === 'GET' || req.method === 'HEAD') next()
    else throw new Problem(405, 'method_not_allowed', 'Only GET is allowed here.', [], { Allow: 'GET, HEAD' })
  })
  router.get('/healthz', (_req, res) => void res.json({ status: 'ok' }))
  router.get('/readyz', async (_req, res) => {
    const outcomes = await readiness()
    const isReady = Object.values(outcomes).every(outcome => outcome === 'ok')
    const status = isStopping() ? 'stopping' : isReady ? 'ok' : 'unavailable'
    res.status(status === 'ok' ? 200 : 503).json({ status, checks: outcomes })
  })
  router.get('/metrics', async (req, res) => {
    if (metricsToken && !isBearer(req, metricsToken)) throw metricsRefused()
    res.set('Content-Type', metrics.contentType).send(await metrics.metrics())
  })
  return router
}

/** Runs all checks in parallel and caches the result for `CACHE_MS`. */
export function cachedChecks(checks: Record<string, Check>, log: Log): () => Promise<Record<string, Outcome>> {
  const last = new Map<string, Outcome>()
  let cached: Promise<Record<string, Outcome>> | undefined
  let cachedAt = Number.NEGATIVE_INFINITY

  async function outcomeOf(name: string, check: Check): Promise<[string, Outcome]> {
    const { outcome, reason } = await runCheck(check)
    if (outcome !== (last.get(name) ?? 'ok')) log.warn(`Readiness of ${name}: ${outcome}`, reason ? { reason } : {})
    last.set(name, outcome)
    return [name, outcome]
  }

  return () => {
    if (cached && performance.now() - cachedAt < CACHE_MS) return cached
    cachedAt = performance.now()
    cached = Promise.all(Object.entries(checks).map(([name, check]) => outcomeOf(name, check))).then(Object.fromEntries)
    return cached
  }
}

/** Runs one check. Taking longer than `timeoutMs` counts as `timeout`. */
export async function runCheck(
  check: Check,
  timeoutMs = CHECK_TIMEOUT_MS,
): Promise<{ outcome: Outcome; reason?: string }> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<{ outcome: Outcome }>(resolve => {
    timer = setTimeout(() => resolve({ outcome: 'timeout' }), timeoutMs)
  })
  const done = (async () => {
    await check()
    return { outcome: 'ok' as const }
  })().catch((error: unknown) => ({ outcome: 'failed' as const, reason: messageOf(error) }))
  return Promise.race([done, timeout]).finally(() => clearTimeout(timer))
}

const metricsRefused = () =>
  new Problem(401, 'not_signed_in', 'Send the METRICS_TOKEN as a Bearer token.', [], {
    'WWW-Authenticate': 'Bearer realm="tailrace metrics"',
  })

function isBearer(req: Request, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(req.get('authorization') ?? ''), digest(`Bearer ${token}`))
}
