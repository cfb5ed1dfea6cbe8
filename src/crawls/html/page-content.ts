/** What is read out of an HTML page. */
export interface PageContent {
  title: string | null
  description: string | null
  /** Absolute. */
  canonical: string | null
  lang: string | null
  /** Of `<meta name=robots>` and the crawler's own name. */
  noindex: boolean
  nofollow: boolean
  headings: { level: number; text: string }[]
  /** Visible text, up to 64 KiB. */
  text: string
  /** In order; with repeats, since texts differ. Only http and https. */
  links: ContentLink[]
  /** Links that were left out because there were too many. */
  linksLeftOut: number
  /** HTTP resources of an HTTPS page, up to 20. */
  mixedContent: string[]
  extracted: Record<string, string | string[] | null>
}

export interface ContentLink {
  /** Absolute, as linked, without a fragment. */
  url: string
  /** Visible text, or alternative text of an image, up to 200 characters. */
  text: string
  rel: string | null
  nofollow: boolean
}
