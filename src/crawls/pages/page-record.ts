import type { PageOutcome } from '../../contract/crawl-pages'
import type { StoredContent } from './stored-content'

/** A URL that is settled, as it is stored. */
export interface PageRecord {
  key: string
  url: string
  /** Where redirects led, if they did. */
  finalUrl: string | null
  finalKey: string | null
  host: string
  depth: number
  outcome: PageOutcome
  reason: string | null
  explanation: string | null
  statusCode: number | null
  contentType: string | null
  bytes: number
  firstByteMs: number | null
  durationMs: number | null
  from: string | null
  redirects: number
  isExternal: boolean
  /** Of a page that was read. */
  read: ReadPage | null
}

export interface ReadPage {
  title: string | null
  description: string | null
  noindex: boolean
  contentHash: Buffer | null
  textHash: Buffer | null
  /** Keys of what it links to, without repeats. */
  links: string[]
  content: StoredContent
  /** The response for WARC, if it is kept. */
  archived: { head: string; body: Buffer } | null
}

/** Reasons of the link to skip a URL: another link to it may be followed. */
export const LINK_REASONS: ReadonlySet<string | null> = new Set(['nofollow', 'depth'])

/** A link that is not followed. */
export type SkippedLink = Pick<PageRecord, 'key' | 'url' | 'host' | 'depth' | 'reason' | 'explanation' | 'from'>

export const skippedPage = (link: SkippedLink): PageRecord => ({
  ...link,
  ...{ finalUrl: null, finalKey: null, outcome: 'skipped', statusCode: null, contentType: null, bytes: 0 },
  ...{ firstByteMs: null, durationMs: null, redirects: 0, isExternal: false, read: null },
})
