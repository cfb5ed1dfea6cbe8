import type { Access, Audit } from '../access'
import type { Maintenance, Raises } from '../alerts'
import type { Endpoint } from '../api'
import type { Db } from '../base/db'
import type { Part } from '../base/lifecycle'
import type { Log } from '../base/log'
import type { Registry } from '../base/metrics'
import type { Outbound } from '../base/outbound'
import type { RetentionTarget } from '../base/retention'
import type { Sealer } from '../base/sealed'
import type { JobsPlatform, StatsSource } from '../jobs'
import type { Streams } from '../streams'
import { bulkRoute } from './actions/bulk-route'
import { monitorRoutes } from './actions/monitor-routes'
import { tryRoute } from './actions/try-route'
import { historyRoutes } from './history/history-routes'
import { Recorder } from './history/recorder'
import { historyRetention } from './history/retention'
import { Rollups } from './history/rollups'
import { importRoutes } from './import/import-routes'
import { monitorMetricsMount } from './metrics/monitor-metrics-routes'
import type { TextMount } from './metrics/text-routes'
import { monitorStats } from './monitors/monitor-stats'
import { resealing } from './monitors/resealing'
import { previewRoutes } from './preview/preview-routes'
import { probeMount } from './probe/probe-routes'
import { type PushMount, pushMount } from './push/push-routes'
import { ruleRoutes } from './rules/rule-routes'
import type { CheckNowDeps } from './schedule/check-job'
import { Connectivity, networkProbe } from './schedule/connectivity'
import { nextCheckOf } from './schedule/next-check'
import { MonitorNotifier } from './schedule/notifier'
import { Scheduler } from './schedule/scheduler'
import { createStatusPages, type StatusPagesMount } from './status-pages'

export interface MonitorsDeps {
  db: Db
  access: Pick<Access, 'authenticate' | 'isForeign'>
  streams: Streams
  log: Log
  metrics: Registry
  jobs: JobsPlatform
  audit: Audit
  outbound: Outbound
  sealer: Sealer
  raises: Raises
  maintenance: Maintenance
  settings: {
    publicUrl: string | undefined
    /** `host:port` by which this machine finds out whether it is online. */
    connectivityProbe: string | undefined
  }
}

export interface Monitors {
  /** What the job that checks by hand needs. */
  checkNow: CheckNowDeps
  retention: RetentionTarget[]
  stats: StatsSource
  /** Parts for every process, and parts only for processes with workers. */
  parts: { always: Part[]; worker: Part[] }
  mounts: (PushMount | TextMount | StatusPagesMount)[]
  endpoints(): Endpoint[]
}

/** Monitors: checks on their schedule, their history, rules that raise alerts, heartbeats and status pages. */
export function createMonitors(deps: MonitorsDeps): Monitors {
  const { db, access, streams, metrics, jobs, audit, outbound, sealer, raises, maintenance, settings } = deps
  const log = deps.log.child({ component: 'monitors' })
  const now = () => Date.now()
  const recorder = new Recorder({ streams, log, metrics, raises, maintenance })
  const notifier = new MonitorNotifier(streams.bus)
  const connectivity = new Connectivity({ log, now, probe: networkProbe(settings.connectivityProbe) })
  const checker = { db, log, outbound, sealer, recorder, connectivity, now }
  const scheduler = new Scheduler({ ...checker, notifier, metrics })
  const changes = {
    ...{ db, streams, audit, sealer, raises, jobs, publicUrl: settings.publicUrl },
    nextCheck: nextCheckOf(now),
    onChange: () => notifier.notify(),
  }
  const statusPages = createStatusPages({ db, audit, maintenance })
  return {
    checkNow: { db, outbound, sealer, recorder },
    retention: historyRetention(db),
    stats: monitorStats(db),
    parts: {
      always: [
        recorder,
        notifier,
        resealing({ db, sealer, log }),
        new Rollups({ db, log, now, isLeader: jobs.isLeader }),
      ],
      worker: [connectivity, scheduler],
    },
    mounts: [
      pushMount({ db, recorder, now }),
      monitorMetricsMount(db, access),
      probeMount(outbound, access),
      statusPages.mount,
    ],
    endpoints: () => [
      ...importRoutes(changes),
      ...monitorRoutes(changes),
      bulkRoute(changes),
      tryRoute({ db, outbound, sealer }),
      ...historyRoutes({ db, now }),
      ...ruleRoutes({ db, audit, raises, streams }),
      ...previewRoutes(db),
      ...statusPages.endpoints,
    ],
  }
}
