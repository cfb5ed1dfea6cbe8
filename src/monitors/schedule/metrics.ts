import { Counter, Gauge, Histogram, type Registry } from '../../base/metrics'
import type { Lanes } from './lanes'

/** Seconds. */
const LAG_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export function createScheduleMetrics(registry: Registry, lanes: Lanes) {
  const registers = [registry]
  new Gauge({
    name: 'tailrace_monitor_checks_running',
    help: 'Checks of monitors that this process is making.',
    registers,
    collect() {
      this.set(lanes.runningCount)
    },
  })
  new Gauge({
    name: 'tailrace_monitor_checks_waiting',
    help: 'Checks of monitors that are due and wait for others, by the limits per process, tenant and host.',
    registers,
    collect() {
      this.set(lanes.waitingCount)
    },
  })
  return {
    lag: new Histogram({
      name: 'tailrace_monitor_check_lag_seconds',
      help: 'How long after it was due a check began.',
      buckets: LAG_BUCKETS,
      registers,
    }),
    skipped: new Counter({
      name: 'tailrace_monitor_checks_skipped_total',
      help: 'Checks that were due and not made: the one before was running, or the limits were reached.',
      labelNames: ['reason'],
      registers,
    }),
  }
}
