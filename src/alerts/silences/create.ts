import type { Audit } from '../../access'
import type { Endpoint } from '../../api'
import type { Db } from '../../base/db'
import { expiringRows } from '../../base/expiring'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import type { RetentionTarget } from '../../base/retention'
import type { AlertItem } from '../../contract/alerts'
import type { Streams } from '../../streams'
import type { OpenAlert, TenantAlerts } from '../occurrences/open-alert'
import { SilenceExpiry } from './expiry'
import { createMaintenance, type Maintenance } from './maintenance'
import { MuteMemory } from './mute-memory'
import { MuteNotifier } from './mute-notifier'
import { SilencePreview } from './preview'
import { silenceEndpoints } from './silence-routes'
import { Silences } from './silences'
import { windowEndpoints } from './window-routes'

export interface SilencesDeps {
  db: Db
  streams: Pick<Streams, 'commit' | 'bus'>
  audit: Audit
  log: Log
  /** The open alerts in memory. */
  open: { of(tenantId: string): Promise<TenantAlerts> }
}

/** How the alerts API shows alerts. */
type Describe = (tenantId: string, alerts: readonly OpenAlert[]) => Promise<AlertItem[]>

export interface SilencesRoom {
  silences: Silences
  maintenance: Maintenance
  /** For every process. */
  parts: Part[]
  retention: RetentionTarget[]
  endpoints(describe: Describe): Endpoint[]
}

const KEPT_MS = 30 * 24 * 3_600_000

/** Silences and maintenance windows. */
export function createSilences({ db, streams, audit, log, open }: SilencesDeps): SilencesRoom {
  const notifier = new MuteNotifier(streams.bus)
  const memory = new MuteMemory(db, log)
  const silences = new Silences({ db, streams, audit, memory, notifier })
  const preview = new SilencePreview({ db, open, active: tenantId => memory.active(tenantId) })
  const expiry = new SilenceExpiry({ db, streams, log })
  notifier.onChange(() => expiry.wake())
  return {
    silences,
    maintenance: createMaintenance(memory),
    parts: [notifier, expiry],
    retention: [
      expiringRows(db, {
        name: 'silences',
        summary: 'Silences that have expired. Maintenance windows stay until they are deleted.',
        table: 'silences',
        column: 'ends_at',
        keep: { fixedMs: KEPT_MS },
      }),
    ],
    endpoints: describe => [
      ...silenceEndpoints({ silences, preview, describe }),
      ...windowEndpoints({ db, audit, notifier }),
    ],
  }
}
