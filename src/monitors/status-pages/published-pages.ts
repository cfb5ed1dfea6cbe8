import { Lru } from '../../base/lru'
import { isOutage, Unavailable } from '../../base/outage'
import { withTimeout } from '../../base/request-timeout'
import type { PublicStatus } from '../../contract/status-pages'
import { pageHtml } from './page-html'
import { PublicText } from './public-text'
import type { Snapshot } from './read-status'

/** How long anything is shown before it is read again. */
export const FRESH_MS = 5_000
/** How long the last good copy is shown while nothing newer can be read. */
const KEPT_MS = 3_600_000
/** How long visitors wait for a page that is slow to read. */
const WAIT_MS = 2_000
/** After a failure, how long nothing is read. */
const RETRY_MS = 1_000
const PAGES_MAX = 200
const MISSING_MAX = 5_000

/** A page as it is sent. */
export interface PublishedPage extends Pick<Snapshot, 'at' | 'uptime'> {
  html: PublicText
  /** With the notice that newer data is not available. */
  oldHtml(): PublicText
  json: PublicText
  monitors: ReadonlyMap<string, PublicStatus['groups'][number]['monitors'][number]>
}

interface Found {
  page: PublishedPage
  isOld: boolean
}

/**
 * Published pages in the memory of this process. However many visitors there are, a page is read by one of them at a
 * time, and at most every 5 s.
 */
export class PublishedPages {
  private readonly pages = new Lru<string, PublishedPage>(PAGES_MAX)
  /** When there was no such page. */
  private readonly missing = new Lru<string, number>(MISSING_MAX)
  private readonly reading = new Map<string, { since: number; done: Promise<PublishedPage | undefined> }>()
  private failedAt = 0

  constructor(private readonly read: (slug: string) => Promise<Snapshot | undefined>) {}

  /**
   * @returns undefined if there is no such page
   * @throws an outage if it cannot be read and there is no copy
   */
  async find(slug: string): Promise<Found | undefined> {
    const known = this.pages.get(slug)
    if (known && isFresh(known.at)) return { page: known, isOld: false }
    if (isFresh(this.missing.get(slug))) return undefined
    try {
      const page = await this.readOnce(slug)
      return page && { page, isOld: false }
    } catch (error) {
      if (!isOutage(error)) throw error
      if (known && Date.now() - known.at < KEPT_MS) return { page: known, isOld: true }
      throw error
    }
  }

  private readOnce(slug: string): Promise<PublishedPage | undefined> {
    const now = Date.now()
    if (now - this.failedAt < RETRY_MS) throw new Unavailable('The database did not answer a moment ago')
    const { since, done } = this.reading.get(slug) ?? this.start(slug, now)
    return withTimeout(Math.max(0, since + WAIT_MS - now), () => done)
  }

  private start(slug: string, since: number) {
    const done = this.refresh(slug).finally(() => this.reading.delete(slug))
    const reading = { since, done }
    this.reading.set(slug, reading)
    return reading
  }

  private async refresh(slug: string): Promise<PublishedPage | undefined> {
    const asked = Date.now()
    try {
      const snapshot = await this.read(slug)
      if (snapshot) return this.keep(slug, pageOf(snapshot))
    } catch (error) {
      if (isOutage(error)) this.failedAt = Date.now()
      throw error
    }
    this.pages.delete(slug)
    this.missing.set(slug, asked)
    return undefined
  }

  private keep(slug: string, page: PublishedPage): PublishedPage {
    this.missing.delete(slug)
    this.pages.set(slug, page)
    return page
  }
}

const isFresh = (at: number | undefined) => at !== undefined && Date.now() - at < FRESH_MS

function pageOf({ at, status, uptime }: Snapshot): PublishedPage {
  let old: PublicText | undefined
  return {
    at,
    uptime,
    html: new PublicText('html', pageHtml(status)),
    oldHtml() {
      old ??= new PublicText('html', pageHtml(status, true))
      return old
    },
    json: new PublicText('json', JSON.stringify(status)),
    monitors: new Map(status.groups.flatMap(({ monitors }) => monitors.map(monitor => [monitor.id, monitor]))),
  }
}
