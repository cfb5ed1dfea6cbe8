import { Dispatch } from '../../../src/alerts/incidents/dispatch-effect'
import { Muting } from '../../../src/alerts/muting'
import type { NewNotification } from '../../../src/alerts/notifications'
import { bumpHead, createOccurrences } from '../../../src/alerts/occurrences'
import { Routing } from '../../../src/alerts/routing/routing'
import type { ActiveMutes } from '../../../src/alerts/silences'
import { DEFAULT_TENANT_ID } from '../../../src/api'
import type { Transaction } from '../../../src/base/db'
import { newId } from '../../../src/base/ids'
import { startParts } from '../../../src/base/lifecycle'
import type { AlertRouteInput, InhibitRule, TimeInterval } from '../../../src/contract/alert-routes'
import type { Labels } from '../../../src/contract/matchers'
import { quietLog, testDatabase, testRedisPrefix, testRedisUrl } from '../../support/parts'
import { type Place, processParts } from '../../support/process'
import { rows } from '../../support/rows'

export const MIN = 60_000
export const HOUR = 60 * MIN

/** What mutes at the moment, by `alertname`. */
export interface Mutes {
  version: number
  validUntil: number
  silenced: Map<string, string>
  maintenance: Map<string, string>
}

/** What a test moves, for all processes. */
interface State {
  tenantId: string
  now: number
}

/** The dispatch of one process, with its own connections. Several of them simulate several processes. */
async function startNode(place: Place, mutes: Mutes, clock: State) {
  const { db, streams, database } = processParts(place, { log: quietLog, service: 'worker', shutdownMs: 4_000 })
  const occurrences = createOccurrences({ db, log: quietLog, bus: streams.bus, streams })
  const routing = new Routing(db)
  const silences = { active: async () => activeOf(mutes) }
  const muting = new Muting({ openAlerts: occurrences.open, routing, silences })
  const dispatch = new Dispatch({
    ...{ openAlerts: occurrences.open, routing, muting, externalUrl: 'http://tailrace.test', addNotifications },
  })
  const stop = await startParts([database, streams, occurrences.part])
  return {
    ...{ db, streams, occurrences, muting, dispatch, stop },
    /** Dispatches until nothing is left. @returns how many rounds that took */
    async run() {
      for (let rounds = 1; ; rounds++) {
        const { tenantId, now } = clock
        const done = await streams.commit(dispatch.effect, { tenantId, now })
        if (!done.isBusy) dispatch.confirm(tenantId, done)
        if (!done.isBusy && !done.isLeft) return { rounds, nextAt: done.nextAt }
        if (rounds > 200) throw new Error('The dispatch does not come to an end')
      }
    },
  }
}

export type Node = Awaited<ReturnType<typeof startNode>>

function activeOf({ version, validUntil, silenced, maintenance }: Mutes): ActiveMutes {
  const named = (names: ReadonlyMap<string, string>, { alertname = '' }: Labels) => {
    const name = names.get(alertname)
    return name === undefined ? [] : [name]
  }
  return {
    ...{ version, validUntil },
    mutesOf: labels => ({ silencedBy: named(silenced, labels), maintenance: named(maintenance, labels) }),
    isInMaintenance: () => false,
  }
}

/** Stores notifications as they would be, without jobs. */
async function addNotifications(trx: Transaction, list: NewNotification[]) {
  for (const { id, tenantId, groupId, incidentId, receiver, status, reason, by, ...rest } of list)
    await trx('notifications').insert({
      ...{ id, tenant_id: tenantId, group_id: groupId, incident_id: incidentId, status, reason, by: [...by] },
      ...{ receiver_id: receiver?.id ?? null, receiver: receiver?.name ?? null, firing: rest.firing },
      ...{ resolved: rest.resolved, group_labels: JSON.stringify(rest.groupLabels) },
      ...{ fingerprints: [...rest.fingerprints], message: rest.message && JSON.stringify(rest.message) },
      ...{ created_at: rest.createdAt, next_at: rest.nextAt ?? null },
    })
  return []
}

/** A tenant whose alerts, mutes, routes and clock a test moves. `renew` replaces the tenant. */
export async function startWorld(processes = 1) {
  const database = await testDatabase()
  const place: Place = { databaseUrl: database.url, redisUrl: testRedisUrl(), prefix: testRedisPrefix() }
  const mutes: Mutes = { version: 0, validUntil: Number.POSITIVE_INFINITY, silenced: new Map(), maintenance: new Map() }
  const clock: State = { tenantId: DEFAULT_TENANT_ID, now: Date.now() }
  const nodes: Node[] = []
  for (let i = 0; i < processes; i++) nodes.push(await startNode(place, mutes, clock))
  const [node] = nodes
  if (!node) throw new Error('A world needs a process')
  const { db } = node
  await db('tenants').insert({ id: clock.tenantId, name: 'Test' }).onConflict().ignore()
  const report = (alerts: Labels[], endsAt: number) =>
    node.occurrences.intake.accept(
      clock.tenantId,
      alerts.map(labels => ({
        ...{ labels, annotations: {}, links: {}, generatorUrl: null, startsAt: null, endsAt, source: 'api' as const },
      })),
    )
  return {
    ...{ node, nodes, db, mutes, clock, place },
    /** Begins with another tenant, for a test that shall not see what those before it left. */
    async renew() {
      Object.assign(clock, { tenantId: newId(), now: Date.now() })
      Object.assign(mutes, {
        version: 0,
        validUntil: Number.POSITIVE_INFINITY,
        silenced: new Map(),
        maintenance: new Map(),
      })
      await db('tenants').insert({ id: clock.tenantId, name: 'Test' })
    },
    /** The rows of the tenant. */
    of: (table: string) => db(table).where({ tenant_id: clock.tenantId }),
    fire: (...alerts: Labels[]) => report(alerts, Date.now() + 24 * HOUR),
    resolve: (...alerts: Labels[]) => report(alerts, Date.now() - 1),
    /** Moves the clock on and dispatches. */
    async pass(ms: number) {
      clock.now += ms
      return node.run()
    },
    async mute(kind: 'silenced' | 'maintenance', names: Record<string, string>) {
      mutes[kind] = new Map(Object.entries(names))
      mutes.version = await db.transaction(trx => bumpHead(trx, clock.tenantId, 'mute_version'))
    },
    async route(
      route: AlertRouteInput,
      inhibit_rules: InhibitRule[] = [],
      time_intervals: Record<string, TimeInterval[]> = {},
    ) {
      const config = { route: filled(route), inhibit_rules, time_intervals }
      await db.transaction(async trx => {
        const row = { tenant_id: clock.tenantId, config: JSON.stringify(config), version: 1, updated_by: 'test' }
        await trx('alert_routing')
          .insert({ ...row, updated_at: new Date() })
          .onConflict('tenant_id')
          .merge()
        await bumpHead(trx, clock.tenantId, 'routing_version')
      })
    },
    async receiver(name: string, more: { enabled?: boolean; send_resolved?: boolean } = {}) {
      await db.transaction(async trx => {
        await trx('receivers')
          .insert({
            ...{ id: crypto.randomUUID(), tenant_id: clock.tenantId, name, type: 'webhook', settings: '{}' },
            ...{ send_resolved: true, enabled: true, ...more },
          })
          .onConflict(['tenant_id', 'name'])
          .merge(['enabled', 'send_resolved'])
        await bumpHead(trx, clock.tenantId, 'routing_version')
      })
    },
    async group(name: string, receivers: string[]) {
      const settings = JSON.stringify({ receivers })
      const row = { id: crypto.randomUUID(), tenant_id: clock.tenantId, name, type: 'group', settings }
      await db('receivers').insert({ ...row, send_resolved: true })
    },
    /** Notifications in order: `first 2/0` told of two firing ones; `-silenced 1/0 s1` was not sent because of s1. */
    async told(): Promise<string[]> {
      const found = await rows<Told>(
        db,
        'SELECT status, reason, by, firing, resolved FROM notifications WHERE tenant_id = ? ORDER BY created_at, id',
        [clock.tenantId],
      )
      return found.map(({ status, reason, by, firing, resolved }) =>
        [`${status === 'pending' ? '' : '-'}${reason}`, `${firing}/${resolved}`, ...by].join(' '),
      )
    },
    incidents: () =>
      rows<StoredIncident>(db, 'SELECT * FROM incidents WHERE tenant_id = ? ORDER BY number', [clock.tenantId]),
    async timeline(): Promise<string[]> {
      const found = await rows<{ number: number; kind: string; count: number | null }>(
        db,
        `SELECT i.number, t.kind, t.count FROM incident_timeline t JOIN incidents i ON i.id = t.incident_id
         WHERE i.tenant_id = ? ORDER BY t.id`,
        [clock.tenantId],
      )
      return found.map(({ number, kind, count }) => `#${number} ${kind}${count === null ? '' : ` ${count}`}`)
    },
    async events(): Promise<string[]> {
      await node.streams.flush()
      const found = await rows<{ kind: string }>(
        db,
        `SELECT e.kind FROM stream_entries e JOIN stream_topics t ON t.id = e.topic_id
         WHERE t.tenant_id = ? AND t.name = 'events' ORDER BY e.seq`,
        [clock.tenantId],
      )
      return found.map(({ kind }) => kind)
    },
    /** The data of the latest event of a kind. */
    async latestEvent(kind: string): Promise<{ fingerprints: string[] }> {
      await node.streams.flush()
      const [found] = await rows<{ data: string }>(
        db,
        'SELECT data FROM stream_entries WHERE kind = ? ORDER BY seq DESC LIMIT 1',
        [kind],
      )
      if (!found) throw new Error(`There is no event ${kind}`)
      return JSON.parse(found.data).data
    },
    groups: (): Promise<{ id: string; next_flush_at: Date | null }[]> =>
      db('alert_groups').where({ tenant_id: clock.tenantId }).orderBy('id'),
    async stop() {
      for (const each of nodes) await each.stop()
      await database.drop()
    },
  }
}

export type World = Awaited<ReturnType<typeof startWorld>>

interface Told {
  status: string
  reason: string
  by: string[]
  firing: number
  resolved: number
}

export interface StoredIncident {
  id: string
  number: number
  title: string
  status: string
  severity: string | null
  receiver: string | null
  firing: number
  alerts: number
  is_flapping: boolean
  resolved_at: Date | null
  common_labels: string
}

/** A route with the defaults that the contract fills in. */
function filled(route: AlertRouteInput): unknown {
  return {
    matchers: [],
    continue: false,
    mute_time_intervals: [],
    active_time_intervals: [],
    ...route,
    routes: (route.routes ?? []).map(filled),
  }
}
