import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export { Counter, Gauge, Histogram, type Registry }

/** `promtool check metrics` refuses these names of the default set (gauges that end in `_total` or mix units). */
const REFUSED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
  'nodejs_version_info',
]

/** One registry per app, so that two apps in one process (tests) do not share figures. */
export function createMetrics(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of REFUSED) registry.removeSingleMetric(name)
  return registry
}
