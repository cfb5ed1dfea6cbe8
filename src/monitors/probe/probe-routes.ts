import type { Request } from 'express'
import type { Access } from '../../access'
import { badRequest, Problem } from '../../base/errors'
import type { Outbound } from '../../base/outbound'
import { ParallelLimit } from '../../base/parallel-limit'
import { CONTENT_TYPE } from '../metrics/exposition'
import { textMount } from '../metrics/text-routes'
import { MODULES } from './modules'
import { debugText, type Probe, runProbe } from './probe'

/** Probes of one tenant at the same time: targets that do not answer must not use up all sockets. */
const PROBES_MAX = 100
const TIMEOUT_HEADER = 'x-prometheus-scrape-timeout-seconds'
const TIMEOUT_S = 10
const TIMEOUT_S_MIN = 0.1
const TIMEOUT_S_MAX = 120
/** Left for the answer to reach Prometheus, as in blackbox_exporter. */
const MARGIN_S = 0.5
const TARGET_LENGTH_MAX = 2_048

const tooMany = (max: number) =>
  new Problem(
    503,
    'too_many_probes',
    `${max} probes of this tenant are running. Scrape less often, or give targets that do not answer a shorter scrape_timeout.`,
    [],
    { 'Retry-After': '5' },
  )

/**
 * `GET /probe?target=&module=`: checks a target now, and answers as blackbox_exporter does. It makes requests for the
 * caller, so it requires an operator.
 */
export function probeMount(outbound: Outbound, access: Pick<Access, 'authenticate' | 'isForeign'>) {
  const limit = new ParallelLimit(PROBES_MAX, tooMany)
  return textMount({
    path: '/probe',
    role: 'operator',
    access,
    async handle(req, res, { tenantId }) {
      const query = new URL(req.url, 'http://localhost').searchParams
      const probe = probeOf(query, req)
      const left = new AbortController()
      res.once('close', () => left.abort(new Error('The client went away')))
      const probed = await limit
        .run(tenantId, () => runProbe(probe, outbound, left.signal))
        .catch(error => {
          if (!left.signal.aborted) throw error
        })
      if (!probed) return
      if (query.get('debug') === 'true') res.type('text/plain; charset=utf-8').send(debugText(probed))
      else res.setHeader('Content-Type', CONTENT_TYPE).end([...probed.exposition.chunks()].join(''))
    },
  })
}

/** @throws Problem 400 */
function probeOf(query: URLSearchParams, req: Request): Probe {
  const name = query.get('module') ?? 'http_2xx'
  const module = MODULES.get(name)
  if (!module)
    throw badRequest([{ path: 'module', message: `Unknown module. There are ${[...MODULES.keys()].join(', ')}.` }])
  const given = query.get('target') ?? ''
  if (given === '') throw badRequest([{ path: 'target', message: 'Target parameter is missing.' }])
  if (given.length > TARGET_LENGTH_MAX)
    throw badRequest([{ path: 'target', message: `must have at most ${TARGET_LENGTH_MAX} characters` }])
  const target = module.targetOf(given)
  const faults = module.faults(target)
  if (faults.length) throw badRequest(faults)
  return { module, target, timeoutMs: timeoutSeconds(req) * 1_000 }
}

/** @throws Problem 400 */
function timeoutSeconds({ headers }: Request): number {
  const given = headers[TIMEOUT_HEADER]
  if (given === undefined) return TIMEOUT_S
  const seconds = Number(given)
  if (!(seconds > 0)) throw badRequest([{ path: `header.${TIMEOUT_HEADER}`, message: 'must be a number of seconds' }])
  return Math.min(Math.max(seconds - MARGIN_S, TIMEOUT_S_MIN), TIMEOUT_S_MAX)
}
