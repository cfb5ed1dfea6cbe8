import { z } from 'zod'
import { pageLink, referrer } from './crawl-pages'
import { bomFlag, byId, page, paging, plainText, several, time } from './fields'
import type { Routes } from './route'
import { COMPARISONS, CRAWL_EXPORTS, FINDING_TYPES, ROBOTS_OUTCOMES } from './values'

export const findingType = z.enum(FINDING_TYPES)
export type FindingType = z.output<typeof findingType>

/** Something about a page that is worth a look. */
export const finding = z.object({
  type: findingType,
  key: z.string(),
  url: z.string(),
  title: z.string().nullable(),
  /** In words, such as `redirects 3 times`. */
  detail: z.string(),
  /** Pages with the same content or title, the steps of a chain, resources: by type. */
  related: z.array(z.string()),
})
export type Finding = z.output<typeof finding>

export const brokenLink = z.object({
  key: z.string(),
  /** As linked. */
  url: z.string(),
  status_code: z.number().nullable(),
  /** Why there was no good answer. */
  error: z.string().nullable(),
  is_external: z.boolean(),
  /** Whether the crawl before did not have it; null without one. */
  is_new: z.boolean().nullable(),
  referrer_count: z.number(),
  /** The first 1,000. */
  referrers: z.array(referrer),
})
export type BrokenLink = z.output<typeof brokenLink>

export const robotsOutcome = z.enum(ROBOTS_OUTCOMES)
export type RobotsOutcome = z.output<typeof robotsOutcome>

export const crawlHost = z.object({
  host: z.string(),
  /** Null: robots.txt was not needed. */
  robots: z
    .object({
      origin: z.string(),
      outcome: robotsOutcome,
      status_code: z.number().nullable(),
      detail: z.string().nullable(),
      crawl_delay_seconds: z.number().nullable(),
      sitemaps: z.array(z.string()),
      fetched_at: time,
    })
    .nullable(),
  /** What is kept between requests, with the crawl delay. */
  delay_ms: z.number().nullable(),
  queued: z.number(),
  fetched: z.number(),
  failed: z.number(),
  /** When the next request is allowed; null when nothing is queued. */
  next_fetch_at: time.nullable(),
})
export type CrawlHost = z.output<typeof crawlHost>

export const crawlSitemap = z.object({
  url: z.string(),
  /** `index`, `urlset`, `text`, `rss`, `atom`; null if it could not be read. */
  format: z.string().nullable(),
  urls: z.number(),
  problem: z.string().nullable(),
  fetched_at: time,
})

/** A folder of the site. */
export const treeNode = z.object({
  name: z.string(),
  url: z.string(),
  fetched: z.number(),
  failed: z.number(),
  skipped: z.number(),
  has_children: z.boolean(),
})
export type CrawlTreeNode = z.output<typeof treeNode>

/** How many URLs answered with a status, among them checked links out of scope. */
export const statusCount = z.object({ status_code: z.number(), urls: z.number() })

export const edge = pageLink.extend({ from: z.string() })

const change = z.object({
  url: z.string(),
  key: z.string(),
  title: z.string().nullable(),
  /** What differs, or where it moved to. */
  detail: z.string(),
})
export type CrawlChangeItem = z.output<typeof change>
const changes = z.array(change)

export const crawlReportRoutes = {
  findings: {
    method: 'get',
    path: '/api/crawls/{id}/findings',
    role: 'viewer',
    summary: 'Lists what is worth a look: redirect chains, orphans, duplicates, missing titles and so on.',
    params: byId,
    query: z.strictObject({ type: several(findingType).optional(), ...paging({ defaultLimit: 100, maxLimit: 1_000 }) }),
    replies: { 200: page(finding) },
  },
  broken: {
    method: 'get',
    path: '/api/crawls/{id}/links/broken',
    role: 'viewer',
    summary: 'Lists broken links with the pages that have them.',
    params: byId,
    query: z.strictObject({
      is_new: z.enum(['true', 'false']).optional(),
      ...paging({ defaultLimit: 100, maxLimit: 1_000 }),
    }),
    replies: { 200: page(brokenLink) },
  },
  links: {
    method: 'get',
    path: '/api/crawls/{id}/links',
    role: 'viewer',
    summary: 'Lists all links between pages: the link graph.',
    params: byId,
    query: z.strictObject(paging({ defaultLimit: 100, maxLimit: 1_000 })),
    replies: { 200: page(edge) },
  },
  hosts: {
    method: 'get',
    path: '/api/crawls/{id}/hosts',
    role: 'viewer',
    summary: 'Lists the hosts of a crawl with their robots.txt, queue and next request.',
    params: byId,
    query: z.strictObject({ q: plainText(300).optional(), ...paging({ defaultLimit: 100, maxLimit: 1_000 }) }),
    replies: { 200: page(crawlHost) },
  },
  statusCodes: {
    method: 'get',
    path: '/api/crawls/{id}/status-codes',
    role: 'viewer',
    summary: 'Counts the URLs of a crawl by the status that they answered with.',
    params: byId,
    replies: { 200: z.object({ items: z.array(statusCount) }) },
  },
  sitemaps: {
    method: 'get',
    path: '/api/crawls/{id}/sitemaps',
    role: 'viewer',
    summary: 'Lists the sitemaps that were read.',
    params: byId,
    query: z.strictObject(paging({ defaultLimit: 100, maxLimit: 1_000 })),
    replies: { 200: page(crawlSitemap) },
  },
  tree: {
    method: 'get',
    path: '/api/crawls/{id}/tree',
    role: 'viewer',
    summary: 'Lists the folders below a URL, or the hosts without one, with the number of their pages.',
    params: byId,
    query: z.strictObject({ below: plainText(2_048).optional(), ...paging({ defaultLimit: 100, maxLimit: 1_000 }) }),
    replies: { 200: page(treeNode) },
  },
  compare: {
    method: 'get',
    path: '/api/crawls/{id}/compare/{other}',
    role: 'viewer',
    summary: 'Compares a crawl with an earlier one. Each list has at most 1,000 items.',
    params: z.strictObject({ id: byId.shape.id, other: byId.shape.id }),
    replies: {
      200: z.object({
        new: changes,
        gone: changes,
        changed: changes,
        moved: changes,
        counts: z.object({
          ...(Object.fromEntries(COMPARISONS.map(name => [name, z.number()])) as Record<
            (typeof COMPARISONS)[number],
            z.ZodNumber
          >),
          unchanged: z.number(),
        }),
      }),
    },
  },
  export: {
    method: 'get',
    path: '/api/crawls/{id}/export',
    role: 'viewer',
    summary: 'Downloads the pages of a crawl.',
    params: byId,
    query: z.strictObject({
      format: z.enum(CRAWL_EXPORTS).default('jsonl'),
      /** For CSV. */
      bom: bomFlag,
      /** Of a sitemap with more than 50,000 URLs; without it, an index of the parts. */
      part: z.coerce.number().int().min(1).max(100_000).optional(),
    }),
    replies: { 200: z.string() },
  },
} as const satisfies Routes
