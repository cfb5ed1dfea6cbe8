import type { Audit, Endpoint } from '../../access'
import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import type { Registry } from '../../base/metrics'
import type { Bus, Family, Writer } from '../../streams'
import { type Agent, type Answer, type Enrollment, POLL_SECONDS } from '../agent'
import { HostNews } from '../host-news'
import { DynamicLabels, labelEndpoints } from '../labels'
import { Enrolling } from './enroll'
import { enrollmentRoutes } from './enrollment-routes'
import { hostFamily } from './family'
import { NodeKeys } from './keys'
import { Presence } from './presence'
import { hostRoutes } from './routes'
import { secretRoutes } from './secret-routes'
import { Standing } from './standing'

export interface HostsDeps {
  db: Db
  streams: Writer
  bus: Bus
  log: Log
  metrics: Registry
  audit: Audit
  settings: {
    /** For how long a read of an agent is held. */
    holdMs: number
    /** Of the streams of a host. */
    heartbeatMs: number
    /** Under which agents reach us; else the host name of who asks for the flags. */
    publicUrl: string | undefined
    /** The PEM file of the certificate that we show agents ourselves, if we do. */
    ownCertificate: string | undefined
  }
}

/** Everything about the machines themselves: who they are, whether they are there, and which groups they are in. */
export interface Hosts extends Part {
  /** @returns the node key; nothing when the secret is not one of ours, or the agent gave no name for itself */
  enroll(request: Enrollment): Promise<string | undefined>
  /** The host that has this key, which then counts as seen. From memory, but for the first time in ten minutes. */
  agentOf(nodeKey: string): Promise<Agent | undefined>
  /** Notes that a host is there, without a statement of its own. */
  seen(hostId: string): void
  /** What we ask of our own accord and is due, by query id (`tailrace:...`); at most ten, from memory. */
  standing(agent: Agent): Record<string, string> | undefined
  /** Stores answers to such queries; resolves when durable. */
  takeStanding(agent: Agent, answers: Answer[]): Promise<void>
  /** Calls back when hosts have something standing to be asked at once. */
  onWork(listener: (hostIds: string[]) => void): void
  family: Family
  endpoints: Endpoint[]
}

/** Beyond the time between two reads, which is a second where they are held. */
const PRESENCE_GRACE_MS = 61_000

/** @returns a part that is to be started after the streams */
export function createHosts({ db, streams, bus, log: rootLog, metrics, audit, settings }: HostsDeps): Hosts {
  const log = rootLog.child({ component: 'hosts' })
  const news = new HostNews(bus, log)
  const labels = new DynamicLabels({ db, log, news })
  const standing = new Standing({ streams, news, labels })
  const keys = new NodeKeys({
    db,
    async onLoaded(rows) {
      await labels.ensure([...new Set(rows.map(row => row.tenant_id))])
      for (const row of rows) standing.remember(row)
    },
  })
  news.listen(each => {
    if (each.type === 'changed') keys.forget(each.hostIds)
  })
  news.onGap(() => keys.forgetAll())
  const presence = new Presence({
    db,
    streams,
    log,
    metrics,
    windowMs: (settings.holdMs || POLL_SECONDS * 1_000) + PRESENCE_GRACE_MS,
  })
  const enrolling = new Enrolling({ db, streams, log, metrics, news })
  return {
    name: 'hosts',
    async start() {
      await news.start()
      presence.start()
    },
    stop: () => presence.stop(),
    enroll: request => enrolling.enroll(request),
    async agentOf(nodeKey) {
      const agent = await keys.agentOf(nodeKey)
      if (agent) presence.seen(agent.hostId)
      return agent
    },
    seen: hostId => presence.seen(hostId),
    standing: agent => standing.offer(agent),
    async takeStanding(agent, answers) {
      if (await standing.take(agent, answers)) news.tell({ type: 'changed', hostIds: [agent.hostId] })
    },
    onWork: listener => standing.onWork(listener),
    family: hostFamily(db, settings.heartbeatMs),
    endpoints: [
      ...enrollmentRoutes(settings),
      ...hostRoutes({ db, streams, audit, news }),
      ...secretRoutes({ db, audit }),
      ...labelEndpoints({ db, audit, news }),
    ],
  }
}
