import type { Transaction } from '../../base/db'
import { listSpans } from '../../base/partitions'
import type { Sample } from './sample'
import { findClosed, insertLate, insertSamples, insertSubjects, lockForSamples, SAMPLES } from './sample-store'
import { TEN_MINUTES_MS } from './tiers'

/** What became of samples. */
export interface StoredSamples {
  /** Those that were not there yet. */
  stored: number
  /** Those whose hour is not kept any more, or lies in the future. */
  dropped: readonly Sample[]
}

/**
 * Stores samples, as part of the commit of what they came with. Each is stored once; late ones have what they belong to summed
 * up again.
 */
export async function storeSamples(trx: Transaction, samples: readonly Sample[]): Promise<StoredSamples> {
  if (!samples.length) return { stored: 0, dropped: [] }
  await lockForSamples(trx)
  const hours = await listSpans(trx, SAMPLES, 'hour')
  const kept = new Set(hours.map(({ from }) => from.getTime()))
  const isStorable = ({ at }: Sample) => kept.has(hourOf(at))
  const storable = samples.filter(isStorable)
  const dropped = samples.filter(sample => !isStorable(sample))
  if (!storable.length) return { stored: 0, dropped }
  const closed = await findClosed(trx)
  await insertSubjects(trx, storable)
  const stored = await insertSamples(trx, storable)
  const late = storable.filter(({ at }) => at < closed)
  if (stored && late.length) await insertLate(trx, spansOf(late))
  return { stored, dropped }
}

const hourOf = (at: Date) => new Date(at).setUTCMinutes(0, 0, 0)

function spansOf(late: readonly Sample[]) {
  const spans = new Map<string, { agentId: string; from: Date }>()
  for (const { agentId, at } of late) {
    const from = new Date(Math.floor(at.getTime() / TEN_MINUTES_MS) * TEN_MINUTES_MS)
    spans.set(`${agentId} ${from.getTime()}`, { agentId, from })
  }
  return [...spans.values()]
}
