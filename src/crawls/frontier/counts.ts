import type { CrawlCounts, EndReason } from '../../contract/crawls'

/** How a frontier is. */
export interface FrontierState {
  generation: string
  state: 'run' | 'paused' | 'done'
  counts: CrawlCounts
  endedBecause: EndReason | null
}

export const NO_COUNTS: CrawlCounts = {
  ...{ discovered: 0, queued: 0, leased: 0, fetched: 0, failed: 0, skipped: {}, failed_by: {}, bytes: 0 },
}

/** Reads the hash of a frontier. */
export function stateOf(hash: Readonly<Record<string, string>>): FrontierState {
  const number = (field: string) => Number(hash[field] ?? 0)
  const byReason = (prefix: string) =>
    Object.fromEntries(
      Object.entries(hash)
        .filter(([field, count]) => field.startsWith(prefix) && count !== '0')
        .map(([field, count]) => [field.slice(prefix.length), Number(count)])
        .sort(),
    ) as Record<string, number>
  const { gen = '', state, ended } = hash
  return {
    generation: gen,
    state: state === 'paused' || state === 'done' ? state : 'run',
    counts: {
      discovered: number('discovered'),
      queued: number('queued'),
      leased: number('leased'),
      fetched: number('fetched'),
      failed: number('failed'),
      skipped: byReason('s:'),
      failed_by: byReason('f:'),
      bytes: number('bytes'),
    },
    endedBecause: (ended as EndReason | undefined) ?? null,
  }
}
