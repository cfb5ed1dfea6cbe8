/** A page that a sitemap lists. */
export interface SitemapEntry {
  /** Absolute, http or https, without a fragment. */
  url: string
  /** As given, or converted to ISO 8601; null if it is missing or no date. */
  lastmod: string | null
  /** The sitemap that lists it. */
  sitemap: string
}

export type SitemapFormat = 'index' | 'urlset' | 'text' | 'rss' | 'atom'

/** What became of a sitemap. */
export interface SitemapReport {
  url: string
  /** Null: it could not be read. */
  format: SitemapFormat | null
  /** Pages, or sitemaps of an index. */
  urls: number
  /** In words. Entries may have been read all the same. */
  problem: string | null
  /** Null: there was no response. */
  statusCode: number | null
}

/** What a document lists. */
export interface Listed {
  url: string
  lastmod: string | null
}

/** Reads a document piece by piece. */
export interface SitemapReader {
  /** Undefined: not known yet, or it is none that is known. */
  readonly format: SitemapFormat | undefined
  /** Why reading on makes no sense. */
  readonly problem: string | undefined
  write(text: string): void
  end(): void
  /** What was found since the last call, as written. */
  take(): Listed[]
}
