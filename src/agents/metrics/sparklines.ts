import type { Db } from '../../base/db'
import type { Sparkline } from '../../contract/agent-metrics'
import { readLatest, readPoints } from './chart-store'
import { GAUGES } from './gauges'
import { MINUTE_MS } from './tiers'

const POINTS = 30
const STEP_MS = MINUTE_MS / 2

/** CPU and memory over the last 15 minutes, and the newest sample. */
export async function sparklinesOf(db: Db, tenantId: string, subjects: readonly string[], now: number) {
  const to = (Math.floor(now / STEP_MS) + 1) * STEP_MS
  const from = to - POINTS * STEP_MS
  const span = { from: new Date(from), to: new Date(to) }
  const wanted = { tenantId, subjects, gauges: ['cpu', 'memory'], source: 'samples', stepMs: STEP_MS } as const
  const [points, latest] = await Promise.all([
    readPoints(db, { ...wanted, ...span }),
    readLatest(db, { tenantId, subjects, gauges: GAUGES }, span.from),
  ])
  const empty = (): (number | null)[] => new Array(POINTS).fill(null)
  const lines = new Map<string, Sparkline>()
  for (const { subject_id: id, at, values } of latest) {
    const known = GAUGES.flatMap((gauge, i) => (values[i] == null ? [] : [[gauge, values[i]] as const]))
    const sample = { at: at.toISOString(), values: Object.fromEntries(known) }
    lines.set(id, { id, latest: sample, cpu: empty(), memory: empty() })
  }
  for (const { subject_id, at, mean } of points) {
    const line = lines.get(subject_id)
    const i = (at.getTime() - from) / STEP_MS
    if (!line) continue
    line.cpu[i] = mean[0] ?? null
    line.memory[i] = mean[1] ?? null
  }
  return { from: span.from, step_seconds: STEP_MS / 1_000, items: [...lines.values()] }
}
