import { setTimeout as delay } from 'node:timers/promises'
import autocannon from 'autocannon'
import { createDb } from '../../src/base/db'
import { z } from '../../src/base/parse'
import { oneRow } from '../../src/base/rows'
import type { Server } from '../place'
import { startViewers, targetOf } from '../scenarios/stage'
import { type Processes, withUsage } from './usage'
import { difference, perUnit, volumeOf } from './volume'
import { withWaits } from './waits'

const QUEUE = 'demo'
const CONNECTIONS = 20
const POLL_MS = 50
const QUIET_MS = 10_000
const LINE_BYTES = 200
const VIEWERS = 10

/** Short jobs are created for so long, then run: a slow machine does not take longer. */
const WARM_UP_SECONDS = 1
const SECONDS = 3
const SHORT = { lines: 1 }
const TALKATIVE = { count: 60, lines: 1_000 }

export type Work = Awaited<ReturnType<typeof measureWork>>

/** Accepts short jobs while their queue is paused, runs them, and then runs jobs with many lines, some of them watched. */
export async function measureWork(processes: Processes) {
  const { place } = processes
  await accept(processes, SHORT.lines, { duration: WARM_UP_SECONDS })
  await run(processes)
  const empty = await volumeOf(place)
  const accepting = await accept(processes, SHORT.lines, { duration: SECONDS })
  const waiting = await volumeOf(place)
  const running = await run(processes)
  const ended = await volumeOf(place)
  await accept(processes, TALKATIVE.lines, { amount: TALKATIVE.count / processes.webs.length })
  const silent = await volumeOf(place)
  const talking = await whileViewed(processes, () => run(processes))
  const lines = talking.count * TALKATIVE.lines
  return {
    accepting,
    running,
    talking: { ...talking, lines, rate: talking.rate * TALKATIVE.lines },
    waitingJob: perUnit(difference(waiting, empty), running.count),
    endedJob: perUnit(difference(ended, empty), running.count),
    line: perUnit(difference(await volumeOf(place), silent), lines),
  }
}

/** Creates jobs that wait, by requests to all web processes at once. @returns its `rate`: requests per second */
async function accept(processes: Processes, lines: number, until: { duration: number } | { amount: number }) {
  const { place, webs } = processes
  await control(processes, 'pause')
  const input = { steps: [{ name: 'work', lines, line_bytes: LINE_BYTES }] }
  const headers = { authorization: `Bearer ${place.token}`, 'content-type': 'application/json' }
  const post = async ({ url }: Server) => {
    const { non2xx, errors, ...answers } = await autocannon({
      ...{ url: `${url}/api/jobs`, method: 'POST', headers, body: JSON.stringify({ kind: QUEUE, input }) },
      ...{ connections: CONNECTIONS / webs.length, ...until },
    })
    if (non2xx || errors) throw new Error(`${non2xx} jobs were refused, ${errors} requests failed`)
    return answers['2xx']
  }
  const { result, ...used } = await withUsage(processes, () => Promise.all(webs.map(post)))
  const count = result.reduce((sum, accepted) => sum + accepted, 0)
  return { ...used, count, rate: count / used.seconds }
}

const tookRow = z.object({ count: z.number(), seconds: z.number(), failed: z.number() })

/** Runs the jobs that wait. @returns its `rate`: jobs per second, by the times in the history */
async function run(processes: Processes) {
  const { databaseUrl } = processes.place
  const db = createDb(databaseUrl, 1)
  const since = new Date()
  const { result: used, waits } = await withWaits(databaseUrl, () =>
    withUsage(processes, async () => {
      await control(processes, 'resume')
      while (await isBusy(db)) await delay(POLL_MS)
    }),
  )
  const { count, seconds, failed } = await oneRow(
    db,
    tookRow,
    `SELECT count(*)::integer AS count, extract(epoch FROM max(ended_at) - min(started_at))::float8 AS seconds,
       count(*) FILTER (WHERE status <> 'completed')::integer AS failed FROM jobs WHERE ended_at >= ?`,
    [since],
  )
  await db.destroy()
  if (failed) throw new Error(`${failed} jobs did not complete`)
  return { ...used, waits, count, rate: count / seconds }
}

const busyRow = z.object({ exists: z.boolean() })

const isBusy = async (db: ReturnType<typeof createDb>) =>
  (await oneRow(db, busyRow, 'SELECT EXISTS (SELECT FROM jobs WHERE ended_at IS NULL)')).exists

const control = ({ webs: [web] }: Processes, verb: 'pause' | 'resume') =>
  web?.post(`/api/queues/${QUEUE}/${verb}`, { reason: 'A measurement' })

/** Viewers of the latest jobs, each of one job, from all web processes. */
async function whileViewed<T>({ place, webs }: Processes, work: () => Promise<T>): Promise<T> {
  const latest: { items: { id: string }[] } = await webs[0]?.get(`/api/jobs?limit=${VIEWERS}`)
  const viewers = startViewers()
  const targets = latest.items.map(({ id }, i) => targetOf(urlOf(webs, i), streamOf(id), place.token))
  await viewers.ask('open', { targets, count: VIEWERS, look: 'check' })
  const result = await work()
  const seen = await viewers.ask('untilEnded', { quietMs: QUIET_MS })
  await viewers.stop()
  const missing = VIEWERS * TALKATIVE.lines - seen.lines
  if (missing || seen.faultCount) console.error(`${missing} lines did not reach viewers: ${seen.faults.join('; ')}`)
  return result
}

const urlOf = (webs: Server[], i: number) => webs[i % webs.length]?.url ?? ''
const streamOf = (id: string) => `/api/jobs/${id}/logs/stream?limit=all`
