import { type Request, type RequestHandler, Router } from 'express'
import type { Db } from '../../base/db'
import { Problem } from '../../base/errors'
import { hashSecret } from '../../base/ids'
import type { CheckOutcome } from '../../contract/checks'
import { noOutcome } from '../checks/no-outcome'
import type { Recorder } from '../history/recorder'
import { findPushed, storeStart } from './push-store'

interface Deps {
  db: Db
  recorder: Pick<Recorder, 'record'>
  now(): number
}

/** Matches a mount of the web room. */
export interface PushMount {
  path: string
  roles: 'anyone'
  handler: RequestHandler
}

/** What is kept of the body of a heartbeat that reports a failure. */
const BODY_BYTES_MAX = 10_000
const MESSAGE_MAX = 500

/**
 * Heartbeats of push monitors: `/push/{secret}`, and below it `start`, `fail` or an exit code. Whoever knows the secret
 * may send them, by GET or POST, because that is what cron jobs and scripts can do.
 */
export const pushMount = (deps: Deps): PushMount => {
  const router = Router({ caseSensitive: true })
  router.all('/:secret{/:what}', async (req, res) => {
    if (!['GET', 'HEAD', 'POST'].includes(req.method))
      throw new Problem(405, 'method_not_allowed', 'Send GET or POST.', [], { Allow: 'GET, HEAD, POST' })
    const { secret = '', what } = req.params as { secret?: string; what?: string }
    const monitor = await findPushed(deps.db, hashSecret(secret))
    if (!monitor) throw new Problem(404, 'not_found', 'There is no push monitor with this address.')
    const beat = beatOf(req, what)
    res.setHeader('Cache-Control', 'no-store')
    if (!monitor.enabled) return void res.json({ ok: true, status: 'paused' })
    if (beat.type === 'start') await storeStart(deps.db, monitor.id, new Date(deps.now()))
    else await record(deps, req, monitor, beat)
    res.json({ ok: true, status: beat.type === 'start' ? 'started' : beat.type })
  })
  return { path: '/push', roles: 'anyone', handler: router }
}

type Beat =
  | { type: 'start' }
  | { type: 'up' | 'down'; exitCode: number | null; message: string | null; ms: number | null }

/** `status`, `msg` and `ping` are the parameters of Uptime Kuma's push monitors. */
function beatOf({ query }: Request, what: string | undefined): Beat {
  if (what === 'start') return { type: 'start' }
  const exitCode = what !== undefined && /^\d{1,3}$/.test(what) ? Number(what) : null
  if (what !== undefined && what !== 'fail' && (exitCode === null || exitCode > 255))
    throw new Problem(404, 'not_found', 'After the secret comes nothing, start, fail, or an exit code from 0 to 255.')
  const isDown = what === 'fail' || (exitCode !== null && exitCode > 0) || query.status === 'down'
  const ms = typeof query.ping === 'string' && query.ping !== '' ? Number(query.ping) : Number.NaN
  const message = typeof query.msg === 'string' && query.msg !== '' ? query.msg.slice(0, MESSAGE_MAX) : null
  return { type: isDown ? 'down' : 'up', exitCode, message, ms: Number.isFinite(ms) && ms >= 0 ? ms : null }
}

async function record(
  { db, recorder, now }: Deps,
  req: Request,
  { id, started_at }: { id: string; started_at: Date | null },
  beat: Exclude<Beat, { type: 'start' }>,
) {
  const body = await readStart(req)
  const latency_ms = beat.ms ?? (started_at && now() - started_at.getTime())
  const outcome: CheckOutcome = {
    ...noOutcome(beat.type, beat.type === 'down' ? { code: 'reported_failure', message: failureText(beat) } : null),
    latency_ms,
    details: {
      ...(beat.exitCode !== null && { exit_code: beat.exitCode }),
      ...(beat.message && { message: beat.message }),
    },
    answer: beat.type === 'down' && body ? { headers: {}, ...body } : null,
  }
  await recorder.record('push', { monitorId: id, outcome, attempts: 1, by: 'push', dueAt: null })
  if (started_at) await storeStart(db, id, null)
}

function failureText({ exitCode, message }: Exclude<Beat, { type: 'start' }>): string {
  const what = exitCode ? `The job ended with exit code ${exitCode}` : 'The job reported a failure'
  return message ? `${what}: ${message}` : what
}

/** The start of a body, which often is the end of a log; the rest is ignored. */
async function readStart(req: Request): Promise<{ body: string; truncated: boolean } | undefined> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of req as AsyncIterable<Buffer>) {
    if (bytes < BODY_BYTES_MAX) parts.push(part)
    bytes += part.length
    if (bytes > BODY_BYTES_MAX) break
  }
  const body = Buffer.concat(parts).subarray(0, BODY_BYTES_MAX).toString()
  return body ? { body, truncated: bytes > BODY_BYTES_MAX } : undefined
}
