import type { Db } from '../../base/db'
import type { WhyNot } from '../../contract/crawl-pages'
import { readUrl } from '../urls/read-url'
import type { CrawlRef, ReadCrawl } from './crawl-ref-store'
import type { PageRow } from './page-rows'
import { findPage } from './page-store'
import { asReferrer, referrersOf } from './referrers'

const REFERRERS_MAX = 20

/** What the frontier knows about a URL that is not settled yet; undefined: nothing. */
export type LiveState = (crawl: CrawlRef, key: string) => Promise<'queued' | 'leased' | undefined>

/** What became of a URL: from what is stored, or else from the frontier. */
export async function whyNot(db: Db, crawl: ReadCrawl, url: string, live?: LiveState): Promise<WhyNot> {
  const known = readUrl(url, undefined, { stripTracking: crawl.settings.strip_tracking })
  const nothing = { url, reason: null, page: null, referrers: [] }
  if (!known) return { ...nothing, state: 'unknown', explanation: 'It is not an absolute http or https URL.' }
  const { key, href } = known
  const page = await findPage(db, crawl.ref, key)
  const found = await referrersOf(db, crawl, { key, url: page?.url ?? href }, { limit: REFERRERS_MAX })
  const referrers = found.map(asReferrer)
  if (page) {
    const shown = { ...page, fetched_at: page.fetched_at.toISOString() }
    return {
      url: page.url,
      state: page.outcome,
      reason: page.reason,
      explanation: explain(page),
      page: shown,
      referrers,
    }
  }
  const state = await live?.(crawl.ref, key)
  if (state === 'queued')
    return { ...nothing, url: href, state, explanation: 'It was found and waits for its turn.', referrers }
  if (state === 'leased') return { ...nothing, url: href, state, explanation: 'It is being fetched.', referrers }
  const explanation = referrers.length
    ? 'Pages link to it, but the crawl ended before it was its turn.'
    : `No page that was fetched links to it${crawl.ended_at ? '' : ' so far'}, nor does a sitemap list it.`
  return { ...nothing, url: href, state: 'unknown', explanation, referrers }
}

function explain({ explanation, outcome, reason, status_code, url, final_url }: PageRow): string {
  if (explanation !== null) return explanation
  if (outcome !== 'fetched') return `It ${outcome === 'failed' ? 'failed' : 'was skipped'}: ${reason ?? status_code}.`
  return `It was fetched with status ${status_code}${final_url === url ? '' : `, after redirects to ${final_url}`}.`
}
