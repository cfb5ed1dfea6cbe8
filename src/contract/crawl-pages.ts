import { z } from 'zod'
import { byId, page, paging, plainText, several, time } from './fields'
import type { Routes } from './route'
import { PAGE_OUTCOMES } from './values'

export const pageOutcome = z.enum(PAGE_OUTCOMES)
export type PageOutcome = z.output<typeof pageOutcome>

/** A URL that is settled: fetched, failed or skipped. */
export const crawledPage = z
  .object({
    /** Identifies the URL, the same in every crawl. */
    key: z.string(),
    url: z.string(),
    /** Where redirects led; the URL itself without any. */
    final_url: z.string(),
    status_code: z.number().nullable(),
    outcome: pageOutcome,
    /** Why it failed or was skipped, such as `robots` or `timeout`. */
    reason: z.string().nullable(),
    /** The same in words, with the rule that decided. */
    explanation: z.string().nullable(),
    title: z.string().nullable(),
    depth: z.number(),
    content_type: z.string().nullable(),
    /** Received, before decompression. */
    bytes: z.number(),
    /** From the request to the last byte. */
    duration_ms: z.number().nullable(),
    fetched_at: time,
  })
  .meta({ id: 'CrawledPage' })
export type CrawledPage = z.output<typeof crawledPage>

/** A link in a page. */
export const pageLink = z.object({
  url: z.string(),
  text: z.string(),
  rel: z.string().nullable(),
  /** Excluded from following, by the link or by its page. */
  nofollow: z.boolean(),
})
export type PageLink = z.output<typeof pageLink>

const redirect = z.object({ url: z.string(), status_code: z.number(), location: z.string() })
export type Redirect = z.output<typeof redirect>

export const pageDetail = crawledPage.extend({
  redirects: z.array(redirect),
  /** The page where it was found first; null for seeds and sitemaps. */
  found_on: z.string().nullable(),
  description: z.string().nullable(),
  canonical: z.string().nullable(),
  lang: z.string().nullable(),
  charset: z.string().nullable(),
  /** `bom`, `header`, `meta`, `guess` or `default`. */
  charset_source: z.string().nullable(),
  noindex: z.boolean(),
  nofollow: z.boolean(),
  headings: z.array(z.object({ level: z.number(), text: z.string() })),
  /** Visible text, up to 64 KiB. */
  text: z.string(),
  truncated: z.boolean(),
  first_byte_ms: z.number().nullable(),
  /** Hex SHA-256 of the decoded body. */
  content_hash: z.string().nullable(),
  etag: z.string().nullable(),
  last_modified: z.string().nullable(),
  /** Whether the server said that it has not changed since the crawl before. */
  unchanged: z.boolean(),
  /** HTTP resources of an HTTPS page. */
  mixed_content: z.array(z.string()),
  extracted: z.record(z.string(), z.union([z.string(), z.array(z.string()), z.null()])),
  links: z.array(pageLink),
  /** Of the sitemap that lists it. */
  sitemap: z.object({ url: z.string(), lastmod: z.string().nullable() }).nullable(),
})
export type PageDetail = z.output<typeof pageDetail>

export const referrer = z.object({ url: z.string(), text: z.string() })
export type Referrer = z.output<typeof referrer>

/** What became of any URL, and why. */
export const whyNot = z.object({
  url: z.string(),
  /** `queued` and `leased` are still to come; `unknown`: no page links to it. */
  state: z.enum([...PAGE_OUTCOMES, 'queued', 'leased', 'unknown']),
  reason: z.string().nullable(),
  explanation: z.string(),
  page: crawledPage.nullable(),
  /** Pages that link to it, at most 20. */
  referrers: z.array(referrer),
})
export type WhyNot = z.output<typeof whyNot>

/** A decimal number with 64 bits. */
export const pageKey = z.string().regex(/^-?\d{1,19}$/, 'must be the key of a page')
const byKey = z.strictObject({ id: byId.shape.id, key: pageKey })

export const crawlPageRoutes = {
  list: {
    method: 'get',
    path: '/api/crawls/{id}/pages',
    role: 'viewer',
    summary: 'Lists the URLs of a crawl: fetched, failed and skipped.',
    params: byId,
    query: z.strictObject({
      status: several(pageOutcome).optional(),
      reason: several(plainText(100)).optional(),
      host: plainText(300).optional(),
      status_code: z.coerce.number().int().min(100).max(999).optional(),
      /** In URL and title. */
      q: plainText(500).optional(),
      /** Only URLs that begin with this one. */
      prefix: plainText(2_048).optional(),
      sort: z.enum(['url', '-duration_ms', '-bytes', 'depth', 'fetched_at']).default('url'),
      ...paging({ defaultLimit: 100, maxLimit: 1_000 }),
      cursor: z.string().max(8_000).optional(),
    }),
    replies: { 200: page(crawledPage) },
  },
  read: {
    method: 'get',
    path: '/api/crawls/{id}/pages/{key}',
    role: 'viewer',
    summary: 'Returns a page with its text, links and what was extracted.',
    params: byKey,
    replies: { 200: pageDetail },
  },
  referrers: {
    method: 'get',
    path: '/api/crawls/{id}/pages/{key}/referrers',
    role: 'viewer',
    summary: 'Lists the pages that link to a page.',
    params: byKey,
    query: z.strictObject(paging({ defaultLimit: 100, maxLimit: 1_000 })),
    replies: { 200: page(referrer) },
  },
  why: {
    method: 'get',
    path: '/api/crawls/{id}/why',
    role: 'viewer',
    summary: 'Says what became of a URL in a crawl, and why.',
    params: byId,
    query: z.strictObject({ url: plainText(2_048) }),
    replies: { 200: whyNot },
  },
} as const satisfies Routes
