import type { Db } from '../../base/db'
import { contentsOf } from '../pages/content-store'
import type { CrawlRef } from '../pages/crawl-ref-store'
import { LinkFinder } from '../pages/link-finder'
import { appendReferrers, type EdgeToBroken, listEdgesToBroken, type MoreReferrers } from './broken-analysis-store'
import { REFERRERS_MAX } from './broken-store'
import { grouped } from './grouped'
import type { PageRange } from './page-ranges'

/** Referrers in memory, for fewer changes of the same rows. */
const BUFFERED_MAX = 200_000
/** Referrers per statement. */
const WRITTEN_MAX = 5_000

/** Collects the pages that link to broken URLs, range by range. */
export class BrokenAnalysis {
  /** How many referrers of each URL were kept so far. */
  readonly #kept = new Map<string, number>()
  /** Those whose first referrer is known, with the URL as it has it. */
  readonly #named = new Set<string>()
  readonly #buffer = new Map<string, MoreReferrers>()
  #buffered = 0

  constructor(
    private readonly db: Db,
    private readonly crawl: CrawlRef,
    private readonly options: { stripTracking: boolean },
  ) {}

  async read(range: PageRange): Promise<void> {
    const edges = await listEdgesToBroken(this.db, this.crawl, range)
    const kept = edges.filter(edge => this.#count(edge))
    const finder = new LinkFinder(new Map(edges.map(({ key, url }) => [key, url])), this.options)
    const byPage = grouped(kept, ({ from_key }) => from_key)
    const links = new Map<string, ReturnType<LinkFinder['find']>>()
    for await (const { key, content } of contentsOf(this.db, this.crawl, [...byPage.keys()])) {
      const targets = byPage.get(key)?.map(edge => edge.key) ?? []
      links.set(key, finder.find(content.links, targets))
    }
    for (const edge of kept) this.#keep(edge, links.get(edge.from_key)?.get(edge.key))
    if (this.#buffered >= BUFFERED_MAX) await this.flush()
  }

  /** Stores what was collected. */
  async flush(): Promise<void> {
    let batch: MoreReferrers[] = []
    let size = 0
    for (const more of this.#buffer.values()) {
      batch.push(more)
      size += more.referrers.length + 1
      if (size < WRITTEN_MAX) continue
      await appendReferrers(this.db, this.crawl, batch)
      batch = []
      size = 0
    }
    if (batch.length) await appendReferrers(this.db, this.crawl, batch)
    this.#buffer.clear()
    this.#buffered = 0
  }

  /** @returns whether the referrer is one of the first, which are kept */
  #count({ key }: EdgeToBroken): boolean {
    const more = this.#buffer.get(key)
    if (more) more.count++
    else this.#buffer.set(key, { key, url: null, count: 1, referrers: [] })
    const kept = this.#kept.get(key) ?? 0
    if (kept >= REFERRERS_MAX) return false
    this.#kept.set(key, kept + 1)
    this.#buffered++
    return true
  }

  #keep({ key, from_url }: EdgeToBroken, link: { url: string; text: string } | undefined): void {
    const more = this.#buffer.get(key) as MoreReferrers
    if (!this.#named.has(key)) more.url = link?.url ?? null
    this.#named.add(key)
    // PostgreSQL can store neither
    const text = (link?.text ?? '').replaceAll('\0', '').toWellFormed()
    more.referrers.push({ url: from_url, text })
  }
}
