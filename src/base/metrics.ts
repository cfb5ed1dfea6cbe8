import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export { Counter, Gauge, Histogram, type Registry }

/** Default metrics that `promtool check metrics` rejects (gauges that end in `_total` or mix units). */
const REJECTED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
  'nodejs_version_info',
]

/** One registry per app, so that several apps in one process (tests) do not share metrics. */
export function createMetrics(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of REJECTED) registry.removeSingleMetric(name)
  return registry
}
