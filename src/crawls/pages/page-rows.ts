import { z } from '../../base/parse'
import { crawledPage, pageKey } from '../../contract/crawl-pages'

/** A place in the pages of a crawl, which are ordered by URL. Keys are text: they have more bits than numbers. */
export const pagePosition = z.object({ url: z.string(), key: pageKey })
export type PagePosition = z.output<typeof pagePosition>

/** Before all pages. */
export const PAGES_START: PagePosition = { url: '', key: '-9223372036854775808' }

/** Pages after a place, which needs the bindings `url` and `key`. */
export const AFTER = '(p.url COLLATE "C", p.key) > (CAST(:url AS text), CAST(:key AS bigint))'
export const IN_ORDER = 'p.url COLLATE "C", p.key'

/** `pageRow`, of a page `p`. */
export const PAGE_COLUMNS = `p.key::text AS key, p.url, coalesce(p.final_url, p.url) AS final_url, p.status_code, p.outcome,
  p.reason, p.explanation, p.title, p.depth, p.content_type, p.bytes, p.duration_ms, p.fetched_at`
export const pageRow = crawledPage.extend({ fetched_at: z.date() })
export type PageRow = z.output<typeof pageRow>

/**
 * Whether a page `p` was reached by redirects to a URL that was also fetched by itself: then that one stands for both, and
 * what it has is not counted twice.
 */
const IS_ALIAS = `EXISTS (SELECT 1 FROM crawl_pages own WHERE own.crawl_id = p.crawl_id AND own.key = p.final_key
  AND own.key <> p.key AND own.outcome = 'fetched')`
/** Pages that were fetched, each once. */
export const IS_PAGE = `p.outcome = 'fetched' AND NOT ${IS_ALIAS}`
/** Pages whose links count. */
export const HAS_LINKS = `p.links IS NOT NULL AND ${IS_PAGE}`
export const IS_HTML = `p.content_type ~* '^\\s*(text/html|application/xhtml[+]xml)'`
