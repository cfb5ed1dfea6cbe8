import type { Audit } from '../../access'
import type { Endpoint } from '../../api'
import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import type { Registry } from '../../base/metrics'
import type { Bus, Family, Writer } from '../../streams'
import { type Agent, type Answer, type Enrollment, POLL_SECONDS } from '../agent'
import { HostNotifier } from '../host-notifier'
import { DynamicLabels, labelEndpoints } from '../labels'
import { BackgroundQueries } from './background-queries'
import { enrollSecretRoutes } from './enroll-secret-routes'
import { Enroller } from './enroller'
import { hostFamily } from './family'
import { hostRoutes } from './host-routes'
import { NodeKeys } from './keys'
import { setupRoute } from './setup-route'
import { StatusTracker } from './status-tracker'

export interface HostsDeps {
  db: Db
  streams: Writer
  bus: Bus
  log: Log
  metrics: Registry
  audit: Audit
  settings: {
    /** How long a read of an agent is held, in ms. */
    holdMs: number
    /** For the streams of hosts. */
    heartbeatMs: number
    /** Where agents reach this server; default: the host name of the request. */
    publicUrl: string | undefined
    /** PEM file of the server's own certificate, if it serves HTTPS itself. */
    ownCertificate: string | undefined
  }
}

/** Hosts: enrollment, status, vitals and labels. */
export interface Hosts extends Part {
  /** @returns the node key; undefined if the secret is wrong or the agent sent no host identifier */
  enroll(request: Enrollment): Promise<string | undefined>
  /** Finds the host with this key and marks it as seen. Cached for ten minutes. */
  agentOf(nodeKey: string): Promise<Agent | undefined>
  /** Marks a host as seen; stored with others later. */
  seen(hostId: string): void
  /** Up to ten background queries that are due, by id (`tailrace:...`), without a database query. */
  backgroundQueries(agent: Agent): Record<string, string> | undefined
  /** Stores answers to background queries; resolves when durable. */
  storeBackgroundAnswers(agent: Agent, answers: Answer[]): Promise<void>
  /** Calls back with hosts whose background queries have become due. */
  onDue(listener: (hostIds: string[]) => void): void
  family: Family
  endpoints: Endpoint[]
}

/** How long beyond the time between two reads a host counts as online. */
const ONLINE_GRACE_MS = 61_000

/** @returns a part that must be started after the streams */
export function createHosts({ db, streams, bus, log: rootLog, metrics, audit, settings }: HostsDeps): Hosts {
  const log = rootLog.child({ component: 'hosts' })
  const notifier = new HostNotifier(bus, log)
  const labels = new DynamicLabels({ db, log, notifier })
  const background = new BackgroundQueries({ streams, notifier, labels })
  const keys = new NodeKeys({
    db,
    async onLoaded(rows) {
      await labels.ensure([...new Set(rows.map(row => row.tenant_id))])
      for (const row of rows) background.load(row)
    },
  })
  notifier.listen(message => {
    if (message.type === 'changed') keys.forget(message.hostIds)
  })
  notifier.onGap(() => keys.forgetAll())
  const tracker = new StatusTracker({
    db,
    streams,
    log,
    metrics,
    windowMs: (settings.holdMs || POLL_SECONDS * 1_000) + ONLINE_GRACE_MS,
  })
  const enroller = new Enroller({ db, streams, log, metrics, notifier })
  return {
    name: 'hosts',
    async start() {
      await notifier.start()
      tracker.start()
    },
    stop: () => tracker.stop(),
    enroll: request => enroller.enroll(request),
    async agentOf(nodeKey) {
      const agent = await keys.agentOf(nodeKey)
      if (agent) tracker.seen(agent.hostId)
      return agent
    },
    seen: hostId => tracker.seen(hostId),
    backgroundQueries: agent => background.next(agent),
    async storeBackgroundAnswers(agent, answers) {
      if (await background.store(agent, answers)) notifier.notify({ type: 'changed', hostIds: [agent.hostId] })
    },
    onDue: listener => background.onDue(listener),
    family: hostFamily(db, settings.heartbeatMs),
    endpoints: [
      setupRoute(settings),
      ...hostRoutes({ db, streams, audit, notifier }),
      ...enrollSecretRoutes({ db, audit }),
      ...labelEndpoints({ db, audit, notifier }),
    ],
  }
}
