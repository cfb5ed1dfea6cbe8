import type { CrawlCounts } from '../../src/contract/crawls'
import { formatCount } from '../../text/numbers'

/** The parts of all URLs that were discovered, in the order of the bar. */
export const PARTS = ['fetched', 'failed', 'skipped', 'leased', 'queued'] as const
export type Part = (typeof PARTS)[number]

export const PART_WORDS: Record<Part, { text: string; meaning: string }> = {
  fetched: { text: 'fetched', meaning: 'Pages that answered' },
  failed: { text: 'failed', meaning: 'Gave no usable answer' },
  skipped: { text: 'skipped', meaning: 'Not fetched, each for a reason' },
  leased: { text: 'in flight', meaning: 'Being fetched now' },
  queued: { text: 'queued', meaning: 'Waiting for their turn' },
}

export const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

type Counted = Omit<CrawlCounts, 'failed_by' | 'bytes'>

/** How many URLs are in a part. */
export const countOf = (counts: Counted, part: Part): number =>
  part === 'skipped' ? sumOf(counts.skipped) : counts[part]

/** URLs whose outcome is known. It never falls. */
export const settledOf = (counts: Counted): number => counts.fetched + counts.failed + sumOf(counts.skipped)

/** Keeps one URL among thousands visible. */
const SHARE_MIN = 0.006

/** The parts that are not empty, with a share of the bar in proportion, but large enough to be visible. */
export function segmentsOf(counts: Counted): Array<{ part: Part; count: number; share: number }> {
  const present = PARTS.map(part => ({ part, count: countOf(counts, part) })).filter(({ count }) => count > 0)
  const raised = present.map(({ count }) => Math.max(SHARE_MIN, count / Math.max(1, counts.discovered)))
  const sum = raised.reduce((all, share) => all + share, 0)
  return present.map((each, at) => ({ ...each, share: (raised[at] ?? 0) / sum }))
}

/** `120 discovered: 80 fetched, 3 failed, 37 queued`; the text alternative of the bar. */
export function describeCounts(counts: Counted): string {
  const parts = segmentsOf(counts).map(({ part, count }) => `${formatCount(count)} ${PART_WORDS[part].text}`)
  const all = `${formatCount(counts.discovered)} discovered`
  return parts.length === 0 ? all : `${all}: ${parts.join(', ')}`
}

/** How far it is, from 0 to 1: fetched pages of all that are known so far, or of the limit if that is less. */
export function shareOf(counts: Counted, pagesMax: number): number {
  const known = counts.fetched + counts.leased + counts.queued
  const goal = Math.min(pagesMax, known)
  return goal === 0 ? 0 : Math.min(1, counts.fetched / goal)
}

/** Reasons with their counts, the most frequent first. */
export const byCount = (counts: Readonly<Record<string, number>>): Array<[reason: string, count: number]> =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
