import { setTimeout as delay } from 'node:timers/promises'
import { logRetryable } from '../../base/outage'
import type { CrawlCounts, CrawlPhase, EndReason } from '../../contract/crawls'
import type { Run } from '../../jobs'
import { currentPauseMs } from '../crawls/change-effect'
import type { CrawlRow, StoredCounts } from '../crawls/crawl-store'
import type { Crawls } from '../crawls/crawls'
import type { ActiveCrawls } from '../frontier/active'
import type { Limits } from '../frontier/frontier'
import { Rate } from './rate'
import type { Site } from './site'

const TICK_MS = 150
/** How often changes by people are looked for. */
const SYNC_MS = 500
const PROGRESS_MS = 1_000
/** Hosts that are not crawled, but asked for the status of links, get at least this much time between requests. */
const EXTERNAL_DELAY_MS = 1_000

/** What the frontier has to know of a crawl. */
export function limitsOf(row: CrawlRow): Limits {
  const { limits, politeness } = row.settings
  const startedMs = (row.started_at ?? new Date()).getTime()
  const pausedMs = row.paused_ms + currentPauseMs(row, new Date())
  return {
    pages: limits.pages,
    bytes: limits.bytes,
    deadline: startedMs + limits.seconds * 1_000 + pausedMs,
    delayMs: politeness.delay_ms,
    concurrency: politeness.concurrency,
    externalDelayMs: Math.max(politeness.delay_ms, EXTERNAL_DELAY_MS),
    paused: row.paused !== null,
  }
}

export interface FinalState {
  counts: StoredCounts
  endedBecause: EndReason
}

interface Deps {
  crawls: Crawls
  active: ActiveCrawls
}

/** Watches a crawl while it runs: reports its progress, and takes over what people change. */
export class Supervisor {
  phase: CrawlPhase = 'discover'
  private readonly rate = new Rate()
  private readonly stopping = new AbortController()
  private loop: Promise<void> | undefined
  private reported = ''
  private reportedAt = performance.now()
  private reporting: Promise<void> = Promise.resolve()
  private synced = 0
  private progressed = 0

  constructor(
    private readonly run: Run,
    private readonly site: Site,
    private readonly deps: Deps,
    /** The crawl as it was last read. */
    public stored: CrawlRow,
  ) {
    this.phase = stored.phase ?? 'discover'
  }

  start() {
    this.loop ??= this.watch()
  }

  async stop() {
    this.stopping.abort()
    await this.loop
  }

  private async watch() {
    const retry = logRetryable(this.site.parts.log, 'Cannot report the progress of a crawl', { crawl_id: this.run.id })
    const signal = AbortSignal.any([this.stopping.signal, this.run.signal])
    while (!signal.aborted) {
      await this.tick().catch(retry)
      await delay(TICK_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  private async tick() {
    const now = performance.now()
    if (now - this.synced >= SYNC_MS) {
      this.synced = now
      await this.sync()
    }
    await this.report()
  }

  /** Takes over what people have changed. */
  private async sync() {
    const { crawls, active } = this.deps
    await active.announce(this.run.id)
    const row = await crawls.find(this.site.ref)
    this.stored = row
    if (!this.site.differs(row)) return
    await this.site.parts.frontier.setLimits(limitsOf(row))
    this.site.update(row)
  }

  /** Reports the progress if there is any. */
  report(): Promise<void> {
    const reported = this.reporting.then(() => this.reportNext())
    this.reporting = reported.catch(() => undefined)
    return reported
  }

  /** Waits until a report may follow the last one. */
  async spaced() {
    await delay(Math.max(0, this.reportedAt + TICK_MS - performance.now()))
  }

  private async reportNext() {
    await this.spaced()
    const state = await this.site.parts.frontier.read()
    if (!state) return
    this.rate.add(performance.now(), state.counts.fetched)
    const text = JSON.stringify([this.phase, state.counts])
    if (text === this.reported) return
    this.reported = text
    const counts = this.withRate(state.counts)
    await this.deps.crawls.apply({ does: 'progress', crawl: this.site.ref, phase: this.phase, counts })
    this.reportedAt = performance.now()
    if (performance.now() - this.progressed >= PROGRESS_MS) this.progress(counts)
  }

  /** Reports the progress of the job, which has fewer figures than that of the crawl. */
  progress(counts: CrawlCounts) {
    this.progressed = performance.now()
    this.run.progress(progressOf(counts, this.phase, this.stored))
  }

  private withRate(counts: CrawlCounts): StoredCounts {
    const perSecond = this.rate.perSecond
    const left = pagesLeft(counts, this.stored)
    return {
      ...counts,
      pages_per_second: Math.round(perSecond * 10) / 10,
      seconds_left: this.phase === 'fetch' && perSecond > 0 ? Math.ceil(left / perSecond) : null,
    }
  }

  /** The counts and the reason once all URLs are settled. @throws Error while Redis is away */
  async finalState(): Promise<FinalState | undefined> {
    const state = await this.site.parts.frontier.read()
    if (!state?.endedBecause) return undefined
    const { started_at, paused_ms } = this.stored
    const seconds = started_at ? (Date.now() - started_at.getTime() - paused_ms) / 1_000 : 0
    const perSecond = seconds > 0 ? Math.round((state.counts.fetched / seconds) * 10) / 10 : 0
    const counts = { ...state.counts, pages_per_second: perSecond, seconds_left: null }
    return { counts, endedBecause: state.endedBecause }
  }
}

const pagesLeft = ({ queued, leased, fetched }: CrawlCounts, { settings }: CrawlRow) =>
  Math.max(0, Math.min(queued + leased, settings.limits.pages - fetched))

function progressOf(counts: CrawlCounts, phase: CrawlPhase, row: CrawlRow) {
  const { discovered, queued, fetched, failed } = counts
  const all = fetched + pagesLeft(counts, row)
  return { percent: all ? Math.floor((100 * fetched) / all) : 0, phase, discovered, queued, fetched, failed }
}
