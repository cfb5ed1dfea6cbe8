import type { PageDetail } from '../../contract/crawl-pages'
import { unpackContent } from './content-codec'
import type { FullPage } from './page-store'
import type { StoredContent } from './stored-content'

/** Of pages that were not parsed. */
const NO_CONTENT: StoredContent = {
  redirects: [],
  canonical: null,
  lang: null,
  charset: null,
  charset_source: null,
  nofollow: false,
  headings: [],
  text: '',
  truncated: false,
  etag: null,
  last_modified: null,
  unchanged: false,
  mixed_content: [],
  extracted: {},
  links: [],
}

/** Everything that is known about a page. */
export async function detailOf({
  content: packed,
  sitemap_url,
  lastmod,
  fetched_at,
  ...row
}: FullPage): Promise<PageDetail> {
  const content = packed ? await unpackContent(packed) : NO_CONTENT
  return {
    ...row,
    fetched_at: fetched_at.toISOString(),
    ...content,
    sitemap: sitemap_url === null ? null : { url: sitemap_url, lastmod },
  }
}
