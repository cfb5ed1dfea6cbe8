import { setTimeout as delay } from 'node:timers/promises'
import { nowMs } from '../../figures'
import { type Place, type Server, startPlace, startServer } from '../../place'
import type { FleetQuestions } from '../../programs/fleet-node'
import { type Program, startProgram } from '../../programs/program'
import { startViewers, targetOf, type ViewerProgram } from '../stage'

export type Hosts = Program<FleetQuestions>

/** A web process, a worker process, a process of viewers, and a process of simulated hosts. */
export interface FleetStage {
  place: Place
  web: Server
  viewers: ViewerProgram
  /** Starts this many hosts, always the same ones; resolves once all are idle. */
  hosts<T>(count: number, work: (hosts: Hosts) => Promise<T>): Promise<T>
}

export interface Asked {
  id: string
  /** Before it was sent. */
  sentMs: number
}

/** The fields of a query used here. */
interface Query {
  status: string
  counts: Record<string, number>
  row_count: number
}

const POLL_MS = 200
const TIMEOUT_MS = 120_000
/** Added to the timeout per host, because hosts enrol one after the other. */
const ENROL_MS = 30
/** Rows contain the time of their creation. */
export const ONE_ROW = 'select * from simulated_rows where count = 1'

export async function withFleetStage<T>(work: (stage: FleetStage) => Promise<T>): Promise<T> {
  const place = await startPlace()
  try {
    const web = await startServer(place, 'web')
    const worker = await startServer(place, 'worker')
    const viewers = startViewers()
    const { secret } = await web.post('/api/enroll-secrets', { name: 'Benchmark' })
    const result = await work({
      place,
      web,
      viewers,
      hosts: (count, inside) => withHosts(web.url, secret, count, inside),
    })
    await viewers.stop()
    await worker.stop()
    await web.stop()
    return result
  } finally {
    await place.stop()
  }
}

export async function withHosts<T>(url: string, secret: string, count: number, work: (hosts: Hosts) => Promise<T>) {
  const hosts = startProgram<FleetQuestions>('load/programs/fleet-node', {
    nodeOptions: ['--enable-source-maps', '--expose-gc'],
  })
  await hosts.ask('start', { url, secret, hosts: count, seed: 'benchmark' })
  // a new host has answered its initial queries before its second read
  const withinMs = TIMEOUT_MS + count * ENROL_MS
  await hosts.ask('until', { counts: { enrolled: count, reads: 2 * count }, withinMs })
  const result = await work(hosts)
  await hosts.ask('end', undefined)
  await hosts.stop()
  return result
}

export async function ask({ web }: FleetStage, sql: string, targets: object = { all: true }): Promise<Asked> {
  const sentMs = nowMs()
  const { query } = await web.post('/api/queries', { sql, targets, deadline_seconds: 120 })
  return { id: query.id, sentMs }
}

/** Opens viewers of a query's stream, which count from now on. */
export const watch = (stage: FleetStage, { id }: Asked, count: number, look: 'check' | 'time') =>
  watchPath(stage, `/api/queries/${id}/stream?limit=all`, count, look)

/** Opens viewers of a host's answers from now on. */
export const watchHost = (stage: FleetStage, id: string, count: number) =>
  watchPath(stage, `/api/hosts/${id}/results?limit=0`, count, 'time')

async function watchPath({ web, viewers, place }: FleetStage, path: string, count: number, look: 'check' | 'time') {
  await viewers.ask('close', undefined)
  await viewers.ask('restart', undefined)
  await viewers.ask('open', { targets: [targetOf(web.url, path, place.token)], count, look })
}

/** Resolves with the query once it has ended. @throws if hosts or rows are missing */
export async function whenComplete({ web }: FleetStage, { id }: Asked, wanted: { hosts: number; rows: number }) {
  const untilMs = nowMs() + TIMEOUT_MS
  let query: Query
  do {
    await delay(POLL_MS)
    query = await web.get(`/api/queries/${id}`)
    if (nowMs() > untilMs) throw new Error(`The query did not end: ${JSON.stringify(query)}`)
  } while (query.status === 'running')
  if (query.counts.completed !== wanted.hosts || query.row_count !== wanted.rows)
    throw new Error(`Expected ${JSON.stringify(wanted)}, got ${JSON.stringify(query)}`)
  return query
}

export const mib = (bytes: number) => Math.round(bytes / 2 ** 20)

/** Ids of the first hosts in the list. */
export async function hostIds({ web }: FleetStage, count: number): Promise<string[]> {
  const ids: string[] = []
  let cursor = ''
  while (ids.length < count) {
    const { items, next_cursor } = await web.get(`/api/hosts?limit=100${cursor}`)
    ids.push(...items.map(({ id }: { id: string }) => id))
    if (!next_cursor) throw new Error(`There are only ${ids.length} hosts`)
    cursor = `&cursor=${encodeURIComponent(next_cursor)}`
  }
  return ids.slice(0, count)
}
