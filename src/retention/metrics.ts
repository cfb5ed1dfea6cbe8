import { Counter, Gauge, type Registry } from '../base/metrics'
import { ignoreOutage } from '../base/outage'

/** @param lags seconds by target, read at each scrape; cheap, because there is one row per target */
export function createRetentionMetrics(registry: Registry, lags: () => Promise<{ target: string; seconds: number }[]>) {
  const registers = [registry]
  const labelNames = ['target']
  new Gauge({
    name: 'tailrace_retention_lag_seconds',
    help: 'How long the oldest item is overdue for removal.',
    labelNames,
    registers,
    async collect() {
      this.reset()
      const found = await lags().catch(ignoreOutage) // no value is better than a stale one
      for (const { target, seconds } of found ?? []) this.set({ target }, seconds)
    },
  })
  return new Counter({
    name: 'tailrace_retention_deleted_total',
    help: 'Rows, entries and records removed because their retention period was over.',
    labelNames,
    registers,
  })
}
