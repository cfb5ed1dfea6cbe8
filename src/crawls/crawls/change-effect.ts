import type { RaiseItem, Raises } from '../../alerts'
import type { Transaction } from '../../base/db'
import type { Actor } from '../../contract/access'
import type { PageOutcome } from '../../contract/crawl-pages'
import type { CrawlChange } from '../../contract/crawl-settings'
import type { CrawlPhase, EndReason } from '../../contract/crawls'
import type { Effect, TopicEntries } from '../../streams'
import type { CrawlRef } from '../pages/crawl-ref-store'
import {
  type CrawlRow,
  lockOpenCrawl,
  lockStopped,
  lockToEnd,
  type StoredCounts,
  settledCounts,
  storeCrawl,
} from './crawl-store'
import { toProgress } from './shown-crawl'

export type Change = { crawl: CrawlRef } & (
  | { does: 'start' }
  /** Of one that was stopped before its analysis. */
  | { does: 'reopen' }
  | { does: 'progress'; phase: CrawlPhase; counts: StoredCounts }
  | { does: 'pause'; by: Actor; reason: string | null }
  | { does: 'resume' }
  | { does: 'set'; change: CrawlChange }
  | {
      does: 'end'
      because: EndReason
      /** Default: as they were stored last. */
      counts?: StoredCounts
      findings?: Record<string, number>
      alerts?: readonly RaiseItem[]
    }
)

/**
 * Changes crawls, with the event about it in the same commit. Its result is the crawl after the change; undefined if there
 * is none, or if it has ended.
 */
export const changeEffect = (raises: Pick<Raises, 'apply'>): Effect<Change, CrawlRow | undefined> => ({
  name: 'crawls.change',
  async apply(trx, changes) {
    const results: (CrawlRow | undefined)[] = changes.map(() => undefined)
    const entries: TopicEntries[][] = changes.map(() => [])
    const alerts: RaiseItem[] = []
    for (const [i, change] of inOrder(changes)) {
      const lock = LOCKS[change.does] ?? lockOpenCrawl
      const row = await lock(trx, change.crawl)
      if (!row) continue
      const next = changed(row, change)
      const isStopped = change.does === 'end' && !change.findings
      const after = await storeCrawl(
        trx,
        isStopped ? { ...next, counts: await recounted(trx, row, next.counts) } : next,
      )
      results[i] = after
      entries[i] = entriesOf(after)
      if (change.does === 'end') alerts.push(...(change.alerts ?? []))
    }
    if (alerts.length) await raises.apply(trx, alerts)
    return { results, entries }
  },
})

const LOCKS: Partial<Record<Change['does'], typeof lockOpenCrawl>> = { end: lockToEnd, reopen: lockStopped }

/**
 * The counts of a crawl that was stopped: what was stored, but not settled in the frontier yet, counts too. All the rest that
 * was discovered is still queued.
 */
async function recounted(trx: Transaction, row: CrawlRow, counts: StoredCounts): Promise<StoredCounts> {
  const settled = await settledCounts(trx, { tenantId: row.tenant_id, id: row.id })
  const of = (outcome: PageOutcome) => settled.filter(each => each.outcome === outcome)
  const sum = (list: typeof settled) => list.reduce((all, { count }) => all + count, 0)
  const byReason = (list: typeof settled) => Object.fromEntries(list.map(({ reason, count }) => [reason ?? '', count]))
  const queued = Math.max(0, counts.discovered - sum(settled))
  return {
    ...counts,
    ...{ discovered: queued + sum(settled), queued, leased: 0, fetched: sum(of('fetched')), failed: sum(of('failed')) },
    ...{ skipped: byReason(of('skipped')), failed_by: byReason(of('failed')) },
  }
}

/** By crawl, so that processes lock in the same order; changes of one crawl stay in theirs. */
const inOrder = (changes: readonly Change[]) =>
  [...changes.entries()].sort(([a, { crawl: one }], [b, { crawl: other }]) =>
    one.id === other.id ? a - b : one.id < other.id ? -1 : 1,
  )

function changed(row: CrawlRow, change: Change): CrawlRow {
  const now = new Date()
  switch (change.does) {
    case 'start':
      return { ...row, started_at: row.started_at ?? now, phase: row.phase ?? 'discover' }
    case 'reopen':
      return {
        ...row,
        phase: 'discover',
        ended_because: null,
        ended_at: null,
        paused_ms: row.paused_ms + stoppedMs(row, now),
      }
    case 'progress':
      return { ...row, phase: change.phase, counts: change.counts }
    case 'pause':
      return { ...row, paused: row.paused ?? { by: change.by, at: now.toISOString(), reason: change.reason } }
    case 'resume':
      return { ...row, paused: null, paused_ms: row.paused_ms + currentPauseMs(row, now) }
    case 'set':
      return { ...row, settings: changedSettings(row, change.change) }
    case 'end': {
      const { because, counts = row.counts, findings = null } = change
      const paused_ms = row.paused_ms + currentPauseMs(row, now)
      const left = { phase: null, paused: null, paused_ms, counts: { ...counts, seconds_left: null } }
      return { ...row, ...left, findings, ended_because: because, ended_at: now }
    }
  }
}

/** Time since the crawl was paused; 0 if it is not. */
export const currentPauseMs = ({ paused }: Pick<CrawlRow, 'paused'>, now: Date) =>
  paused ? Math.max(0, now.getTime() - Date.parse(paused.at)) : 0

/** Time since the crawl was ended: it does not count, as that of a pause. */
const stoppedMs = ({ started_at, ended_at }: CrawlRow, now: Date) =>
  started_at && ended_at ? Math.max(0, now.getTime() - ended_at.getTime()) : 0

function changedSettings({ settings }: CrawlRow, { limits, politeness }: CrawlChange): CrawlRow['settings'] {
  return {
    ...settings,
    limits: { ...settings.limits, ...given(limits) },
    politeness: { ...settings.politeness, ...given(politeness) },
  }
}

const given = <Fields extends object>(fields: Fields | undefined) =>
  Object.fromEntries(Object.entries(fields ?? {}).filter(([, value]) => value !== undefined))

const SOURCE = 'crawls'

function entriesOf(row: CrawlRow): TopicEntries[] {
  const data = toProgress(row)
  const inJob = { kind: 'crawl_progress', source: SOURCE, data }
  const event = { kind: 'crawl_progress', source: SOURCE, data: { labels: { crawl_id: row.id }, data } }
  return [
    { topic: { tenantId: row.tenant_id, name: `job:${row.id}` }, entries: [inJob], onlyWhileOpen: true },
    { topic: { tenantId: row.tenant_id, name: 'events' }, entries: [event] },
  ]
}
