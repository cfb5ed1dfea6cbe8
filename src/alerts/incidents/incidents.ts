import type { Audit } from '../../access'
import type { Endpoint } from '../../api'
import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import type { Registry } from '../../base/metrics'
import type { RetentionTarget } from '../../base/retention'
import type { StatsSource } from '../../jobs'
import type { Writer } from '../../streams'
import type { Muting } from '../muting'
import type { Notifications } from '../notifications'
import type { OpenAlerts } from '../occurrences'
import type { Routing } from '../routing'
import { Dispatch } from './dispatch-effect'
import { Dispatcher, type DispatcherDeps } from './dispatcher'
import { createIncidentMetrics, incidentStats } from './figures'
import { incidentRoutes } from './incident-routes'
import { tellAgain } from './missed'
import { incidentRetention } from './retention'

export interface IncidentsDeps {
  db: Db
  streams: Pick<Writer, 'commit'>
  log: Log
  metrics: Registry
  audit: Audit
  openAlerts: OpenAlerts
  routing: Routing
  muting: Muting
  notifications: Pick<Notifications, 'add'>
  publicUrl: string | undefined
  /** Calls back after changes of a tenant's alerts, silences or routes in any process; calls may be missed. */
  onChange: DispatcherDeps['onChange']
  /** Whether alerts are arriving at this process. */
  isAccepting(): boolean
  clock?: (() => Date) | undefined
}

export interface Incidents {
  endpoints: Endpoint[]
  retention: RetentionTarget[]
  /** The part of `stats_updated` about incidents. */
  stats: StatsSource
  /** To be called when a receiver has recovered: groups tell it what it missed. */
  tellAgain(receiver: { tenantId: string; id: string }): Promise<void>
  /** Of processes with workers: what turns changes of alerts into incidents and notifications. */
  parts: Part[]
}

/** Groups and incidents, what people do with them, and what decides who is told of them. */
export function createIncidents(deps: IncidentsDeps): Incidents {
  const { db, streams, log, audit, openAlerts, routing, muting, notifications, publicUrl } = deps
  const clock = deps.clock ?? (() => new Date())
  createIncidentMetrics(deps.metrics, db)
  const dispatch = new Dispatch({
    ...{ openAlerts, routing, muting, externalUrl: publicUrl ?? '' },
    addNotifications: (trx, list) => notifications.add(trx, list),
  })
  const onChange: DispatcherDeps['onChange'] = listener => deps.onChange(listener)
  return {
    endpoints: incidentRoutes({ db, streams, audit, clock }),
    retention: incidentRetention(db),
    stats: incidentStats(db),
    tellAgain: receiver => tellAgain(db, receiver, clock()),
    parts: [new Dispatcher({ db, streams, log, dispatch, onChange, clock, isAccepting: () => deps.isAccepting() })],
  }
}
