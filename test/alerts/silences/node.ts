import { fingerprintOf } from '../../../src/alerts/matching'
import type { OpenAlert } from '../../../src/alerts/occurrences/open-alert'
import { createSilences } from '../../../src/alerts/silences'
import { DEFAULT_TENANT_ID, type Endpoint, type Principal } from '../../../src/api'
import { newId } from '../../../src/base/ids'
import { startParts } from '../../../src/base/lifecycle'
import { parse } from '../../../src/base/parse'
import type { AlertItem } from '../../../src/contract/alerts'
import type { Labels, Matcher } from '../../../src/contract/matchers'
import type { Route } from '../../../src/contract/route'
import { quietLog, testDatabase, testRedisPrefix, testRedisUrl } from '../../support/parts'
import { type Place, processParts } from '../../support/process'
import { eventually } from '../../support/programs'

export const tenantId = DEFAULT_TENANT_ID
export const by: Principal = {
  tenantId,
  role: 'operator',
  actor: { type: 'user', id: newId(), name: 'Ada' },
  credentialId: newId(),
}
export const MINUTE_MS = 60_000

export const equal = (name: string, value: string): Matcher => ({ name, op: '=', value })

export const fieldsOf = (more: Partial<Parameters<Node['silences']['create']>[1]> = {}) => ({
  matchers: [equal('job', 'api')],
  startsAt: null,
  endsAt: Date.now() + 60 * MINUTE_MS,
  comment: 'Because',
  createdBy: 'Ada',
  annotations: {},
  ...more,
})

/** The silences of one process, with its own connections; `alerts` are the open alerts that it has in memory. */
async function startNode(place: Place) {
  const { db, streams, database } = processParts(place, { log: quietLog, service: 'web', shutdownMs: 4_000 })
  const alerts: OpenAlert[] = []
  const open = { of: async () => memoryOf(alerts) }
  const records: string[] = []
  const audit = { record: async ({ action }: { action: string }) => void records.push(action) }
  const room = createSilences({ db, streams, audit, log: quietLog, open })
  const stop = await startParts([database, streams, ...room.parts])
  await db('tenants').insert({ id: tenantId, name: 'Test' }).onConflict().ignore()
  const endpoints = room.endpoints(async (_, found) => found.map(shown))
  return { ...room, db, alerts, records, stop, call: caller(endpoints) }
}

export type Node = Awaited<ReturnType<typeof startNode>>

let version = 0
const memoryOf = (alerts: readonly OpenAlert[]) => ({
  version: version++,
  muteVersion: 1,
  routingVersion: 1,
  revision: version,
  changedSince: () => undefined,
  size: alerts.length,
  get: () => undefined,
  byId: () => undefined,
  all: () => alerts,
})

export const alertOf = (labels: Labels, more: Partial<OpenAlert> = {}): OpenAlert => ({
  id: newId(),
  fingerprint: fingerprintOf(labels),
  source: 'api',
  labels,
  annotations: {},
  links: {},
  generatorUrl: null,
  startsAt: Date.now(),
  endsAt: null,
  hasGivenEnd: false,
  updatedAt: Date.now(),
  version: 1,
  ...more,
})

const shown = ({ id, fingerprint, labels }: OpenAlert) => ({ id, fingerprint, labels }) as AlertItem

interface Given {
  params?: unknown
  query?: unknown
  body?: unknown
}

/** Calls a route as the web server does, without HTTP. */
function caller(endpoints: readonly Endpoint[]) {
  return async <R extends Route>(route: R, given: Given = {}) => {
    const found = endpoints.find(({ method, path }) => method === route.method && path === route.path)
    if (!found) throw new Error(`There is no ${route.method} ${route.path}`)
    const part = (name: 'params' | 'query' | 'body') => route[name] && parse(route[name], given[name] ?? {}, name)
    const call = { params: part('params'), query: part('query'), body: part('body'), principal: by }
    const reply = await found.handle({ ...call, req: {}, res: {} } as never)
    return reply?.body as R['replies'][keyof R['replies']] extends infer S ? Output<S> : never
  }
}

type Output<S> = S extends { _output: infer Out } ? Out : undefined

/** A database; nodes started on it are stopped together. */
export async function createPlace() {
  const database = await testDatabase()
  const place: Place = { databaseUrl: database.url, redisUrl: testRedisUrl(), prefix: testRedisPrefix() }
  const nodes: Node[] = []
  return {
    start: async () => {
      const node = await startNode(place)
      nodes.push(node)
      return node
    },
    stop: async () => {
      await Promise.all(nodes.map(node => node.stop()))
      await database.drop()
    },
  }
}

/** The events of the tenant about silences, in their order. */
export async function eventsOf({ db }: Node): Promise<{ kind: string; labels: Labels; id: string; state: string }[]> {
  const found = await db('stream_entries').select('kind', 'data').whereLike('kind', 'silence_%').orderBy('seq')
  return found.map(({ kind, data }: { kind: string; data: string }) => {
    const { labels, data: silence } = JSON.parse(data)
    return { kind, labels, id: silence.id, state: silence.state }
  })
}

/** Waits until the events fulfil a condition. */
export async function untilEvents(node: Node, isDone: (kinds: string[]) => boolean) {
  let events: Awaited<ReturnType<typeof eventsOf>> = []
  await eventually(async () => {
    events = await eventsOf(node)
    return isDone(events.map(({ kind }) => kind))
  }, 'the events about silences')
  return events
}
