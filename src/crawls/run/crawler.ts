import { setTimeout as delay } from 'node:timers/promises'
import { Batcher } from '../../base/batcher'
import { newId } from '../../base/ids'
import { ignoreOutage, isOutage, logRetryable } from '../../base/outage'
import type { Entry } from '../frontier/entry'
import type { Addition, Claimed, Finish, Freed } from '../frontier/frontier'
import { FoundLinks } from './found-links'
import type { Site } from './site'
import { type Visit, Visitor } from './visitor'

/** Requests of one crawl at a time in one process. */
const AT_ONCE_MAX = 64
/** Pages that wait to be stored, besides. */
const STORING_MAX = 128
const RETRY_MS = 500
const FINISHES_MAX = 200
/** Beyond the time of a request: robots.txt, and turns of its host. */
const PATIENCE_MS = 60_000

export type CrawlEnd = 'done' | 'lost' | 'stopped'

/** Claims, visits and settles URLs of one crawl, until it is done or lost, or until it is stopped. */
export class Crawler {
  /** Who holds the leases. */
  private readonly owner = newId()
  private readonly visitor: Visitor
  private readonly found: FoundLinks
  private readonly finishes: Batcher<{ additions: readonly Addition[]; finish: Finish }, void>
  private freed: Freed[] = []
  private fetching = 0
  private readonly open = new Set<Promise<void>>()
  private wake: () => void = () => undefined
  private lost = false

  constructor(
    private readonly site: Site,
    private readonly signal: AbortSignal,
  ) {
    this.found = new FoundLinks(site)
    signal.addEventListener('abort', () => this.wake(), { once: true })
    this.visitor = new Visitor(site, this.found, signal)
    const { frontier } = site.parts
    this.finishes = new Batcher(async list => {
      // before they are settled, since the crawl ends with the last one
      const kept = await this.insist(async () => {
        const additions = list.flatMap(each => each.additions)
        const added = additions.length === 0 || (await frontier.add(additions))
        return (
          added &&
          frontier.finish(
            this.owner,
            list.map(({ finish }) => finish),
          )
        )
      })
      if (!kept) this.lose()
      return list.map(() => undefined)
    }, FINISHES_MAX)
  }

  async run(): Promise<CrawlEnd> {
    const end = await this.claimUntilEnd()
    await Promise.all(this.open)
    const entries = this.freed.splice(0).map(({ entry }) => entry)
    // while Redis is away, their time runs out there
    await this.site.parts.frontier.release(entries).catch(ignoreOutage)
    return end
  }

  private async claimUntilEnd(): Promise<CrawlEnd> {
    const { frontier } = this.site.parts
    const patienceMs = this.site.settings.limits.timeout_ms + PATIENCE_MS
    for (;;) {
      if (this.signal.aborted) return 'stopped'
      if (this.lost) return 'lost'
      const freed = this.freed.splice(0)
      const most = Math.min(AT_ONCE_MAX - this.fetching, STORING_MAX - this.open.size)
      const claim = await frontier
        .claim(this.owner, Math.max(most, 0), freed, patienceMs, this.open.size === 0)
        .catch(logRetryable(this.site.parts.log, 'Cannot claim URLs of a crawl', { crawl_id: this.site.ref.id }))
      if (!claim) {
        this.freed.unshift(...freed)
        await this.pause(RETRY_MS)
        continue
      }
      if (claim.state === 'lost') return 'lost'
      for (const each of claim.claimed) this.take(each)
      if (claim.state === 'done') return 'done'
      if (!this.freed.length) await this.pause(claim.waitMs)
    }
  }

  private take(claimed: Claimed) {
    this.fetching++
    const done = this.handle(claimed).finally(() => {
      this.open.delete(done)
      this.wake()
    })
    this.open.add(done)
  }

  private async handle({ entry, dropped }: Claimed): Promise<void> {
    let isFree = false
    const free = (freed: Omit<Freed, 'entry'>) => {
      if (isFree) return
      isFree = true
      this.fetching--
      // what was only dropped never had its host
      if (!dropped) this.freed.push({ entry, ...freed })
      this.wake()
    }
    try {
      const visit = dropped ? this.visitor.drop(entry, dropped) : await this.visitor.visit(entry, free)
      free({ pauseMs: 0, sinceMs: undefined })
      await this.settle(visit)
    } catch (error) {
      free({ pauseMs: 0, sinceMs: 0 })
      await this.settle(this.afterError(entry, error))
    }
  }

  /** A URL is tried again after a stop or an outage. Anything else is a bug that would repeat. */
  private afterError(entry: Entry, error: unknown): Visit {
    const isStopped = this.signal.aborted
    if (!isStopped && !isOutage(error)) {
      const facts = { crawl_id: this.site.ref.id, url: entry.url }
      logRetryable(this.site.parts.log, 'A URL of a crawl could not be handled', facts)(error)
      return this.visitor.fail(entry, 'internal_error', 'Tailrace could not handle it; the service log has the error.')
    }
    const waitMs = isStopped ? 0 : RETRY_MS
    return { pages: [], additions: [], finish: { entry, outcome: 'again', next: entry, waitMs, bytes: 0 } }
  }

  private async settle({ pages, additions, finish }: Visit): Promise<void> {
    const { recorder, counter } = this.site.parts
    if (pages.length && !(await recorder.record(this.site.ref, pages))) return this.lose()
    if (finish.outcome !== 'again') counter.inc({ outcome: finish.outcome })
    await this.finishes.ask({ additions, finish })
  }

  /** The frontier is another one, or the crawl has ended. */
  private lose() {
    this.lost = true
    this.wake()
  }

  /** Repeats a call of the frontier while Redis is away. */
  private async insist(call: () => Promise<boolean>): Promise<boolean> {
    for (;;) {
      try {
        return await call()
      } catch (error) {
        logRetryable(this.site.parts.log, 'Cannot settle URLs of a crawl', { crawl_id: this.site.ref.id })(error)
        // whoever takes over fetches them again
        if (this.signal.aborted) return false
        await delay(RETRY_MS, undefined, { signal: this.signal }).catch(() => undefined)
      }
    }
  }

  /** Until the time has passed, a host is free, or the crawl stops. */
  private async pause(ms: number): Promise<void> {
    if (this.signal.aborted) return
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, ms)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.wake = () => undefined
  }
}
