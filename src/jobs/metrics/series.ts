import { percentile } from './job-metrics'
import type { MinuteRow } from './timing-store'

export interface QueueHistory {
  completed: number[]
  failed: number[]
  /** Null where nothing was measured. */
  wait_p95_ms: (number | null)[]
  run_p95_ms: (number | null)[]
}

interface Minute {
  completed: number
  failed: number
  wait: readonly number[]
  run: readonly number[]
}

const MINUTE_MS = 60_000

/**
 * Merges the rows of all processes into one series per queue, with one value for each minute.
 * @param first the first minute, in ms since 1970
 */
export function historyOf(found: readonly MinuteRow[], first: number, minutes: number): Record<string, QueueHistory> {
  const queues = new Map<string, Minute[]>()
  for (const { queue, minute, completed, failed, wait = [], run = [] } of found) {
    const at = Math.round((minute.getTime() - first) / MINUTE_MS)
    if (at < 0 || at >= minutes) continue
    const line = queues.get(queue) ?? []
    queues.set(queue, line)
    const known = line[at] ?? { completed: 0, failed: 0, wait: [], run: [] }
    line[at] = {
      completed: known.completed + completed,
      failed: known.failed + failed,
      wait: added(known.wait, wait),
      run: added(known.run, run),
    }
  }
  return Object.fromEntries([...queues].map(([queue, line]) => [queue, seriesOf(line, minutes)]))
}

function seriesOf(line: readonly Minute[], minutes: number): QueueHistory {
  const each = <T>(value: (minute: Minute | undefined) => T) =>
    Array.from({ length: minutes }, (_, at) => value(line[at]))
  return {
    completed: each(minute => minute?.completed ?? 0),
    failed: each(minute => minute?.failed ?? 0),
    wait_p95_ms: each(minute => percentile(minute?.wait ?? [], 0.95)),
    run_p95_ms: each(minute => percentile(minute?.run ?? [], 0.95)),
  }
}

const added = (one: readonly number[], other: readonly number[]) =>
  one.length === 0 ? other : one.map((count, i) => count + (other[i] ?? 0))
