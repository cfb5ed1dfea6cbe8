import { createHash, timingSafeEqual } from 'node:crypto'
import { type Request, Router } from 'express'
import { messageOf, Problem } from '../base/errors'
import type { Log } from '../base/log'
import type { Registry } from '../base/metrics'
import { factsOf } from './request-facts'

/** Throws, or takes longer than 2 s, when the part does not work. */
export type Check = () => Promise<unknown> | unknown
type Outcome = 'ok' | 'failed' | 'timeout'

const CHECK_MS_MAX = 2_000
/** The routes need no token, so whoever asks often gets the same answer. */
const ANSWER_MS = 500

interface HealthDeps {
  checks: Record<string, Check>
  metrics: Registry
  metricsToken: string | undefined
  log: Log
  isStopping: () => boolean
}

/** `/healthz`, `/readyz` and `/metrics`, which every process has, whatever its role. */
export function healthRoutes({ checks, metrics, metricsToken, log, isStopping }: HealthDeps): Router {
  const router = Router({ caseSensitive: true })
  const ask = createAsk(checks, log)
  router.use(['/healthz', '/readyz', '/metrics'], (req, res, next) => {
    factsOf(res).route = req.baseUrl
    res.setHeader('Cache-Control', 'no-store')
    if (req.method === 'GET' || req.method === 'HEAD') next()
    else throw new Problem(405, 'method_not_allowed', 'Only GET is possible here.', [], { Allow: 'GET, HEAD' })
  })
  router.get('/healthz', (_req, res) => void res.json({ status: 'ok' }))
  router.get('/readyz', async (_req, res) => {
    const outcomes = await ask()
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

/** All checks at once; one answer serves all who ask within half a second. */
function createAsk(checks: Record<string, Check>, log: Log): () => Promise<Record<string, Outcome>> {
  const last = new Map<string, Outcome>()
  let answer: Promise<Record<string, Outcome>> | undefined
  let answeredAt = Number.NEGATIVE_INFINITY

  async function outcomeOf(name: string, check: Check): Promise<[string, Outcome]> {
    const { outcome, reason } = await runCheck(check)
    if (outcome !== (last.get(name) ?? 'ok')) log.warn(`Readiness of ${name}: ${outcome}`, reason ? { reason } : {})
    last.set(name, outcome)
    return [name, outcome]
  }

  return () => {
    if (answer && performance.now() - answeredAt < ANSWER_MS) return answer
    answeredAt = performance.now()
    answer = Promise.all(Object.entries(checks).map(([name, check]) => outcomeOf(name, check))).then(Object.fromEntries)
    return answer
  }
}

/** @param msMax after which it counts as not working */
export async function runCheck(check: Check, msMax = CHECK_MS_MAX): Promise<{ outcome: Outcome; reason?: string }> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<{ outcome: Outcome }>(resolve => {
    timer = setTimeout(() => resolve({ outcome: 'timeout' }), msMax)
  })
  const done = (async () => {
    await check()
    return { outcome: 'ok' as const }
  })().catch((error: unknown) => ({ outcome: 'failed' as const, reason: messageOf(error) }))
  return Promise.race([done, late]).finally(() => clearTimeout(timer))
}

const metricsRefused = () =>
  new Problem(401, 'not_signed_in', 'These metrics need the METRICS_TOKEN as Bearer token.', [], {
    'WWW-Authenticate': 'Bearer realm="tailrace metrics"',
  })

function isBearer(req: Request, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(req.get('authorization') ?? ''), digest(`Bearer ${token}`))
}
