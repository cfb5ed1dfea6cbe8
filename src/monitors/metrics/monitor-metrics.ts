import type { Db } from '../../base/db'
import { storedJson } from '../../base/rows'
import { check } from '../../contract/checks'
import type { MonitorStatus } from '../../contract/monitors'
import { Exposition } from './exposition'
import type { Sample } from './families'
import { type MeasuredMonitor, readMeasuredMonitors } from './monitor-metrics-store'
import { samplesOf } from './samples'

/** Checks of this many monitors are in memory at once, with the answers that failed them. */
const BATCH = 500
/** Several servers that scrape at the same time share what was read. */
const SHARED_MS = 1_000
const STATUS: Record<MonitorStatus, number> = { down: 0, up: 1, pending: 2, paused: 3 }

/** What is known of all monitors of a tenant. */
export class MonitorMetrics {
  readonly #recent = new Map<string, Promise<Exposition>>()

  constructor(private readonly db: Db) {}

  of(tenantId: string): Promise<Exposition> {
    const recent = this.#recent.get(tenantId)
    if (recent) return recent
    const reading = this.#read(tenantId)
    const forget = () => this.#recent.delete(tenantId)
    reading.then(() => setTimeout(forget, SHARED_MS).unref(), forget)
    this.#recent.set(tenantId, reading)
    return reading
  }

  async #read(tenantId: string): Promise<Exposition> {
    const exposition = new Exposition()
    let after: MeasuredMonitor | undefined
    do {
      const monitors = await readMeasuredMonitors(this.db, { tenantId, after, limit: BATCH })
      for (const monitor of monitors)
        exposition.add({ monitor: monitor.name, monitor_id: monitor.id }, monitorSamples(monitor))
      after = monitors.length < BATCH ? undefined : monitors.at(-1)
    } while (after)
    return exposition
  }
}

/** A paused monitor keeps its last check, but does not repeat it as if it were new. */
function* monitorSamples({ type, status, checked_at, last_check }: MeasuredMonitor): Generator<Sample> {
  yield { family: 'tailrace_monitor_status', value: STATUS[status] }
  if (checked_at) yield { family: 'tailrace_monitor_last_check_timestamp_seconds', value: checked_at.getTime() / 1_000 }
  if (status === 'paused' || last_check === null) return
  const last = storedJson(check, last_check)
  if (last.latency_ms !== null) yield { family: 'probe_duration_seconds', value: last.latency_ms / 1_000 }
  yield* samplesOf(type, last)
}
