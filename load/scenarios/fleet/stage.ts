import { setTimeout as delay } from 'node:timers/promises'
import { nowMs } from '../../figures'
import { type Place, type Server, startPlace, startServer } from '../../place'
import type { FleetQuestions } from '../../programs/fleet-node'
import { type Program, startProgram } from '../../programs/program'
import { startViewers, targetOf, type ViewerProgram } from '../stage'

export type Hosts = Program<FleetQuestions>

/** A web process, a worker process, viewers in one process, and simulated hosts in another. */
export interface FleetStage {
  place: Place
  web: Server
  viewers: ViewerProgram
  /** Starts that many hosts, always the same ones; resolves when each waits for something to do. */
  hosts<T>(count: number, work: (hosts: Hosts) => Promise<T>): Promise<T>
}

export interface Asked {
  id: string
  /** Before it was sent. */
  sentMs: number
}

/** As much of a query as is looked at here. */
interface Query {
  status: string
  counts: Record<string, number>
  row_count: number
}

const LOOK_MS = 200
const PATIENCE_MS = 120_000
/** More of it for each host: they come one after the other. */
const ENROL_MS = 30
/** Rows that hold the moment they were made at. */
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
  const hosts = startProgram<FleetQuestions>('load/programs/fleet-node', { nodeOptions: ['--expose-gc'] })
  await hosts.ask('start', { url, secret, hosts: count, seed: 'benchmark' })
  // what is asked of a new host is answered before its second read
  const withinMs = PATIENCE_MS + count * ENROL_MS
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

/** Opens viewers of a query's stream. They count from now on. */
export const watch = (stage: FleetStage, { id }: Asked, count: number, look: 'check' | 'time') =>
  watchPath(stage, `/api/queries/${id}/stream?limit=all`, count, look)

/** Opens viewers of what a host answers from now on. */
export const watchHost = (stage: FleetStage, id: string, count: number) =>
  watchPath(stage, `/api/hosts/${id}/results?limit=0`, count, 'time')

async function watchPath({ web, viewers, place }: FleetStage, path: string, count: number, look: 'check' | 'time') {
  await viewers.ask('close', undefined)
  await viewers.ask('restart', undefined)
  await viewers.ask('open', { targets: [targetOf(web.url, path, place.token)], count, look })
}

/** Resolves with the query when it has ended. @throws when a host is missing, or rows are */
export async function whenComplete({ web }: FleetStage, { id }: Asked, wanted: { hosts: number; rows: number }) {
  const untilMs = nowMs() + PATIENCE_MS
  let query: Query
  do {
    await delay(LOOK_MS)
    query = await web.get(`/api/queries/${id}`)
    if (nowMs() > untilMs) throw new Error(`The query did not end: ${JSON.stringify(query)}`)
  } while (query.status === 'running')
  if (query.counts.completed !== wanted.hosts || query.row_count !== wanted.rows)
    throw new Error(`Not all is there of ${JSON.stringify(wanted)}: ${JSON.stringify(query)}`)
  return query
}

export const mib = (bytes: number) => Math.round(bytes / 2 ** 20)

/** Of the first hosts of the list. */
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
