import type { MonitorRule } from '../../src/contract/monitor-rules'
import { counted, formatCount } from '../../text/numbers'
import { formatDuration } from '../../text/times'

type Watched = Pick<MonitorRule, 'type' | 'threshold' | 'window_seconds' | 'percentile'>

/** A time that was set, not measured: `1 s`, not `1.0 s`. */
const set = (ms: number) => formatDuration(ms).replace('.0 s', ' s')

/** When a rule fires. */
export function whenText({ type, threshold, window_seconds, percentile }: Watched): string {
  const within = window_seconds === null ? '' : ` within ${set(window_seconds * 1_000)}`
  if (type === 'consecutive_failures')
    return threshold === 1 ? 'a check fails' : `${formatCount(threshold)} checks in a row fail`
  if (type === 'latency_over') return `the p${percentile ?? 95} latency is over ${set(threshold)}${within}`
  if (type === 'error_rate') return `${threshold}% of the checks fail${within}`
  if (type === 'tls_expiry') return `a certificate expires in less than ${counted(threshold, 'day')}`
  return threshold === 1 ? 'a heartbeat is missed' : `${formatCount(threshold)} heartbeats in a row are missed`
}

/** Which monitors a rule watches. */
export function monitorsText({ ids, labels, all }: MonitorRule['monitors']): string {
  if (all) return 'all'
  const pairs = Object.entries(labels ?? {}).map(pair => pair.join('='))
  return [...(ids ? [formatCount(ids.length)] : []), ...(pairs.length > 0 ? [pairs.join(', ')] : [])].join(' and ')
}
