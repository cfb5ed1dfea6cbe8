import type { PageLink, Redirect } from '../../contract/crawl-pages'

/** The JSON in `crawl_contents.content`. */
export interface StoredContent {
  redirects: Redirect[]
  canonical: string | null
  lang: string | null
  charset: string | null
  charset_source: string | null
  nofollow: boolean
  headings: { level: number; text: string }[]
  text: string
  truncated: boolean
  etag: string | null
  last_modified: string | null
  unchanged: boolean
  mixed_content: string[]
  extracted: Record<string, string | string[] | null>
  links: PageLink[]
}
