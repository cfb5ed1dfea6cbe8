import { Counter, Gauge, type Registry } from '../base/metrics'
import { ignoreOutage } from '../base/outage'

/** @param lags seconds by target, read when Prometheus asks: a row per target, whatever the amount of history */
export function createRetentionMetrics(registry: Registry, lags: () => Promise<{ target: string; seconds: number }[]>) {
  const registers = [registry]
  const labelNames = ['target']
  new Gauge({
    name: 'tailrace_retention_lag_seconds',
    help: 'For how long the oldest thing should have been removed.',
    labelNames,
    registers,
    async collect() {
      this.reset()
      const found = await lags().catch(ignoreOutage) // no figure is better than an old one
      for (const { target, seconds } of found ?? []) this.set({ target }, seconds)
    },
  })
  return new Counter({
    name: 'tailrace_retention_deleted_total',
    help: 'Rows, entries and records removed because their term was over.',
    labelNames,
    registers,
  })
}
