import type { Access, Audit } from '../access'
import { DEFAULT_TENANT_ID, type Endpoint } from '../api'
import type { Db } from '../base/db'
import type { Part } from '../base/lifecycle'
import type { Log } from '../base/log'
import type { Registry } from '../base/metrics'
import type { Outbound } from '../base/outbound'
import type { RetentionTarget } from '../base/retention'
import type { Sealer } from '../base/sealed'
import type { Mutes } from '../contract/alerts'
import type { Labels } from '../contract/matchers'
import type { JobsPlatform, StatsSource } from '../jobs'
import type { Streams } from '../streams'
import { type AlertmanagerMount, alertmanagerMounts } from './alertmanager'
import { createIncidents, groupReceivers } from './incidents'
import { Muting } from './muting'
import { Notifications } from './notifications'
import { createOccurrences, type Raises } from './occurrences'
import { describeAlerts, readingRoutes } from './reading'
import { importReceivers, Receivers, receiverNames, receiverRoutes } from './receivers'
import { Routing, routingRoutes } from './routing'
import { createSilences, type Maintenance } from './silences'
import {
  type Condition,
  failedJobs,
  failingReceivers,
  HealthWatcher,
  notReady,
  pausedQueues,
  readRule,
  ruleRoutes,
  slowQueues,
  Watchdog,
  Watcher,
  watchdogMissing,
} from './sources'

export interface AlertsDeps {
  db: Db
  streams: Streams
  log: Log
  metrics: Registry
  jobs: JobsPlatform
  audit: Audit
  outbound: Outbound
  sealer: Sealer
  /** PUBLIC_URL, for links in notifications. */
  publicUrl: string | undefined
  /** Of the program. */
  version: string
  tenantIds(): Promise<string[]>
}

/** This process, as its health is reported. */
export interface Process {
  service: string
  instance: string
  /** What `/readyz` reports, by part. */
  readiness(): Promise<Record<string, string>>
}

export interface Alerts {
  /** Raises and resolves alerts: the face of this room for areas. */
  raises: Raises
  /** What is under maintenance. */
  maintenance: Maintenance
  notifications: Notifications
  endpoints: Endpoint[]
  mounts(access: Access): AlertmanagerMount[]
  retention: RetentionTarget[]
  /** The part of `stats_updated` about incidents. */
  stats: StatsSource
  /** Parts for every process, and parts only for processes with workers. */
  parts: { always: Part[]; worker: Part[] }
  /** Parts that raise alerts: about what `conditions` find, and about this process. */
  watch(conditions: readonly Condition[], process: Process): Part[]
}

/** Everything that goes wrong: alerts, what mutes them, where they are routed to, incidents and notifications. */
export function createAlerts(deps: AlertsDeps): Alerts {
  const { db, streams, metrics, jobs, audit, sealer, publicUrl } = deps
  const log = deps.log.child({ component: 'alerts' })
  const { open: openAlerts, ...occurrences } = createOccurrences({ db, log, bus: streams.bus, streams })
  const { raises, intake } = occurrences
  const mutes = createSilences({ db, streams, audit, log, open: openAlerts })
  const routing = new Routing(db)
  const muting = new Muting({ openAlerts, routing, silences: mutes.silences })
  const receivers = new Receivers({ db, log, sealer, outbound: deps.outbound, version: deps.version })
  const onRecovered = async (receiver: { tenantId: string; id: string }) => {
    await incidents.tellAgain(receiver)
    openAlerts.changed(receiver.tenantId)
  }
  const notifications = new Notifications({ db, streams, jobs, receivers, metrics, log, publicUrl, onRecovered })
  const incidents = createIncidents({
    ...{ db, streams, log, metrics, audit, openAlerts, routing, muting, notifications, publicUrl },
    isAccepting: () => intake.isAccepting(),
    onChange(listener) {
      openAlerts.onChange(listener)
      mutes.silences.onChange(listener)
    },
  })
  const view = { db, openAlerts, muting, routing }
  const onChange = (tenantId: string) => openAlerts.changed(tenantId)
  const watched = [
    ...[failedJobs(jobs.failedKinds), pausedQueues(queuesOf(jobs)), slowQueues(queuesOf(jobs))],
    failingReceivers(db),
  ]
  const watchdog = new Watchdog({
    ...{ db, log, openAlerts, routing, raises, clock: () => new Date() },
    rule: tenantId => readRule(db, watchdogMissing, tenantId),
  })

  return {
    raises,
    maintenance: mutes.maintenance,
    notifications,
    retention: [occurrences.retention, ...mutes.retention, ...incidents.retention, ...notifications.retention],
    stats: incidents.stats,
    parts: {
      always: [occurrences.part, ...mutes.parts, receivers],
      worker: [occurrences.expiry, ...incidents.parts, watchdog, ...notifications.parts],
    },
    endpoints: [
      ...ruleRoutes({
        ...{ db, audit },
        rules: () => [...watched.map(({ defaults }) => defaults), watchdogMissing, notReady],
      }),
      ...readingRoutes(view),
      ...mutes.endpoints((tenantId, alerts) => describeAlerts(view, tenantId, alerts)),
      ...routingRoutes({
        ...{ db, audit, routing, receiverNames, onChange },
        importReceivers: importReceivers({ audit, sealer }),
        mutesOf: (tenantId, labels) => mutesNow(muting, tenantId, labels),
      }),
      ...receiverRoutes({
        ...{ db, audit, sealer, receivers, publicUrl, onChange, groups: groupReceivers },
        wake: receiver => notifications.wake(receiver),
      }),
      ...incidents.endpoints,
      ...notifications.endpoints,
    ],
    mounts: access => alertmanagerMounts({ ...view, log, metrics, intake, silences: mutes.silences }, access),
    watch(conditions, process) {
      watched.push(...conditions)
      const { isLeader } = jobs
      const rule = () => readRule(db, notReady, DEFAULT_TENANT_ID)
      return [
        new Watcher({ db, log, openAlerts, raises, isLeader, tenantIds: deps.tenantIds }, watched),
        new HealthWatcher({ log, streams, intake, rule, ...process }),
      ]
    },
  }
}

const queuesOf = (jobs: JobsPlatform) => (tenantId: string) => jobs.queueStats.of(tenantId)

async function mutesNow(muting: Muting, tenantId: string, labels: Labels): Promise<Mutes> {
  const { silencedBy, inhibitedBy, maintenance } = (await muting.of(tenantId)).mutesOfLabels(labels)
  return { silenced_by: [...silencedBy], inhibited_by: [...inhibitedBy], maintenance: [...maintenance] }
}
