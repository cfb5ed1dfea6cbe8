import { cpus } from 'node:os'
import { machine } from '../figures'
import { type Place, startPlace, startServer } from '../place'
import { type FeedRow, measureFeed } from './feed'
import { type IdleCost, measureIdle } from './idle'
import { bytes, shown, table } from './table'
import type { Processes, Usage } from './usage'
import { measureWork, type Work } from './work'

const WEBS = [1, 2]
const WORKERS = [1, 2, 4]
const WORKER_CONCURRENCY = 50
/** From this share of a core on, a process or the machine counts as used up: a garbage collection here and there is missing. */
const FULL = 0.85

interface Row {
  webs: number
  workers: number
  work: Work
}

/** Prints the tables of `docs/scaling.md`. */
export async function scale() {
  const place = await startPlace()
  try {
    const rows: Row[] = []
    for (const webs of WEBS) for (const workers of WORKERS) rows.push(await combination(place, webs, workers))
    print('Throughput', throughput(rows))
    print('Cores in use', cores(rows))
    const [first] = rows
    if (first) print('Cost of a job and of a line', workCosts(first.work))
    print('Cost of what is idle', idleCosts(await measureIdle(place)))
    print("Transitions per second to tenants' feeds", feeds(await measureFeed(place)))
    print('Machine', JSON.stringify({ ...machine(), at: new Date().toISOString() }))
  } finally {
    await place.stop()
  }
}

const print = (title: string, text: string) => console.log(`\n### ${title}\n\n${text}`)

async function combination(place: Place, webs: number, workers: number): Promise<Row> {
  const start = (role: 'web' | 'worker', count: number) =>
    Promise.all(
      Array.from({ length: count }, () =>
        startServer(place, role, { WORKER_CONCURRENCY: String(WORKER_CONCURRENCY), ACCESS_LOG: 'off' }),
      ),
    )
  const processes: Processes = { place, webs: await start('web', webs), workers: await start('worker', workers) }
  console.error(`${webs} web, ${workers} worker processes`)
  const work = await measureWork(processes)
  await Promise.all([...processes.webs, ...processes.workers].map(server => server.stop()))
  return { webs, workers, work }
}

const throughput = (rows: Row[]) =>
  table(
    [
      'web',
      'worker',
      'jobs accepted/s',
      'jobs run/s',
      'lines/s',
      'full while running jobs',
      'full while writing lines',
    ],
    rows.map(({ webs, workers, work: { accepting, running, talking } }) => [
      ...[webs, workers, shown(accepting.rate), shown(running.rate), shown(talking.rate)],
      ...[fullOf(running.cores), fullOf(talking.cores)],
    ]),
  )

/** What has no reserve. */
function fullOf({ all, ...processes }: Usage): string {
  const single = (['web', 'worker', 'redis'] as const).filter(name => processes[name] >= FULL)
  if (single.length) return single.join(', ')
  return all >= FULL * cpus().length ? 'the machine' : 'nothing: it waits'
}

const cores = (rows: Row[]) =>
  table(
    [
      'web',
      'worker',
      'while',
      'busiest web',
      'busiest worker',
      'PostgreSQL',
      'Redis',
      'all',
      'sessions: running',
      'disk',
      'lock',
      'client',
    ],
    rows.flatMap(({ webs, workers, work: { accepting, running, talking } }) => [
      [webs, workers, 'accepting', ...usage(accepting.cores), '', '', '', ''],
      ...Object.entries({ running, talking }).map(([name, { cores, waits }]) => [
        ...[webs, workers, name, ...usage(cores)],
        ...[waits.running, waits.disk, waits.lock, waits.client].map(share => share.toFixed(2)),
      ]),
    ]),
  )

const usage = ({ web, worker, postgres, redis, all }: Usage) =>
  [web, worker, postgres, redis, all].map(core => core.toFixed(2))

function workCosts({ accepting, running, talking, waitingJob, endedJob, line }: Work): string {
  const ms = (a: number, b: number) => `${shown((a / accepting.count + b / running.count) * 1_000)} ms`
  const us = (seconds: number) => `${shown((seconds / talking.lines) * 1e6)} µs`
  const cpuOf = (name: 'web' | 'worker' | 'postgres' | 'redis') => [
    ms(accepting.cpu[name], running.cpu[name]),
    us(talking.cpu[name]),
  ]
  return table(
    ['', 'a job with one line', 'a line of 200 bytes, 1 of 6 watched'],
    [
      ['CPU of web processes', ...cpuOf('web')],
      ['CPU of worker processes', ...cpuOf('worker')],
      ['CPU of PostgreSQL', ...cpuOf('postgres')],
      ['CPU of Redis', ...cpuOf('redis')],
      ['on disk', bytes(endedJob.disk), bytes(line.disk)],
      ['write-ahead log', bytes(endedJob.wal), bytes(line.wal)],
      ['Redis memory while it waits', bytes(waitingJob.redis), ''],
      ['Redis memory when it has ended', bytes(endedJob.redis), ''],
    ],
  )
}

function idleCosts({ viewer, host }: { viewer: IdleCost; host: IdleCost }): string {
  const row = (name: string, of: (cost: IdleCost) => string) => [name, of(viewer), of(host)]
  return table(
    ['', 'a viewer', 'a host'],
    [
      row('heap of the web process', ({ heap }) => bytes(heap)),
      row('resident memory of the web process', ({ rss }) => bytes(rss)),
      row('CPU of the web process per hour', ({ webCpu }) => `${shown(webCpu)} s`),
      row('CPU of PostgreSQL per hour', ({ postgresCpu }) => `${shown(postgresCpu)} s`),
      row('on disk', ({ disk }) => bytes(disk)),
      row('Redis memory', ({ redis }) => bytes(redis)),
    ],
  )
}

const feeds = (rows: FeedRow[]) =>
  table(
    [
      'extra round trip',
      'writers',
      'one feed',
      'sessions that wait for its lock',
      'a feed each',
      'sessions that wait for a lock',
      'share',
    ],
    rows.map(({ extraMs, writers, shared, separate }) => [
      ...[`${extraMs} ms`, writers, shown(shared.rate), shared.waits.lock.toFixed(2)],
      ...[shown(separate.rate), separate.waits.lock.toFixed(2), (shared.rate / separate.rate).toFixed(2)],
    ]),
  )
