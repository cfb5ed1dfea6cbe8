import { z } from 'zod'
import { plainText, visibleText } from './fields'
import { CRAWL_ALERTS, SCOPE_TYPES, SEVERITIES } from './values'

export const SEEDS_MAX = 1_000
const PATTERNS_MAX = 100
const MIB = 1024 * 1024

const url = plainText(2_048)
/** Regular expressions (RE2) that match anywhere in a URL. */
const patterns = z.array(plainText(1_000)).max(PATTERNS_MAX).default([])

export const crawlScope = z.strictObject({
  /**
   * Which pages are fetched besides the seeds: `page` none; `prefix` those in the folder of a seed; `host` those of its
   * host; `domain` those of its registrable domain, with all subdomains; `any` all.
   */
  type: z.enum(SCOPE_TYPES).default('host'),
  /** When given, only URLs that match one of them are fetched. Seeds always are. */
  include: patterns,
  /** URLs that match one of them are not fetched. */
  exclude: patterns,
})
export type CrawlScope = z.output<typeof crawlScope>

const limitFields = {
  /** Pages that are fetched. */
  pages: z.number().int().min(1).max(1_000_000),
  /** Links from a seed; seeds have depth 0. */
  depth: z.number().int().min(0).max(1_000),
  /** Bytes received in total. */
  bytes: z
    .number()
    .int()
    .min(1_024)
    .max(1_000_000 * MIB),
  /** Without pauses. */
  seconds: z
    .number()
    .int()
    .min(1)
    .max(30 * 86_400),
}
export const crawlLimits = z.strictObject({
  pages: limitFields.pages.default(1_000),
  depth: limitFields.depth.default(20),
  bytes: limitFields.bytes.default(1_024 * MIB),
  seconds: limitFields.seconds.default(3_600),
  /** Bytes of one page, after decompression. What is longer is cut and flagged. */
  page_bytes: z
    .number()
    .int()
    .min(1_024)
    .max(64 * MIB)
    .default(8 * MIB),
  redirects: z.number().int().min(0).max(20).default(10),
  links_per_page: z.number().int().min(1).max(50_000).default(5_000),
  /** Time for one request. */
  timeout_ms: z.number().int().min(100).max(300_000).default(20_000),
  /** Further tries after a failure that may pass, such as a 503. */
  retries: z.number().int().min(0).max(10).default(2),
})

const politenessFields = {
  /** From the start of a request to a host to the start of the next one, across all crawls. */
  delay_ms: z.number().int().min(0).max(600_000),
  /** Requests to a host at the same time, across all crawls. */
  concurrency: z.number().int().min(1).max(64),
}
export const crawlPoliteness = z.strictObject({
  delay_ms: politenessFields.delay_ms.default(200),
  concurrency: politenessFields.concurrency.default(2),
  /** Also page directives: `nofollow` in a page, in a header or at a link. */
  obey_robots: z.boolean().default(true),
})

/** A value that is taken from each page. */
export const extraction = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/i, 'must be a letter, then letters, digits or _'),
  /** CSS. */
  selector: plainText(1_000),
  /** Default: the text. */
  attribute: plainText(100).optional(),
  /** All matches instead of the first one. */
  all: z.boolean().default(false),
})
export type Extraction = z.output<typeof extraction>

/** What people can see of the settings of a crawl, and the input of its job: no secrets. */
export const crawlSettings = z.strictObject({
  seeds: z.array(url).min(1).max(SEEDS_MAX),
  scope: crawlScope.prefault({}),
  limits: crawlLimits.prefault({}),
  politeness: crawlPoliteness.prefault({}),
  /** Also fetch what the sitemaps that robots.txt names list, and `/sitemap.xml`. */
  sitemaps: z.boolean().default(true),
  /** Further sitemaps. */
  sitemap_urls: z.array(url).max(100).default([]),
  /** Check links that are out of scope, with one request each. */
  check_external: z.boolean().default(true),
  /** Ignore query parameters that only track visitors, such as `utm_source`. */
  strip_tracking: z.boolean().default(true),
  /** Keep cookies during the crawl. */
  cookies: z.boolean().default(false),
  /** The product token is matched against robots.txt. */
  user_agent: z
    .string()
    .max(300)
    .regex(
      /^[A-Za-z_-]+(\/[\x21-\x7e]+)?( [\x20-\x7e]+)?$/,
      'must be like "name/1.0 (contact)"; a name has letters, - and _',
    )
    .default('Tailrace/1.0'),
  extract: z.array(extraction).max(50).default([]),
  /** Keep what servers send, for WARC exports. */
  archive: z.boolean().default(true),
  /** Do not fetch pages again that an earlier crawl of the same site has, if the server says that they did not change. */
  conditional: z.boolean().default(true),
  /** What raises an alert at the end. */
  alert_on: z.array(z.enum(CRAWL_ALERTS)).max(CRAWL_ALERTS.length).default([]),
  alert_severity: z.enum(SEVERITIES).default('warning'),
  /** Names of headers that are stored encrypted, from the latest crawl of the same site that has them. */
  secret_names: z.array(plainText(200)).max(50).default([]),
})
export type CrawlSettings = z.output<typeof crawlSettings>

/** Sent to the hosts of the seeds only. Write-only: stored encrypted. */
export const crawlSecrets = z.strictObject({
  headers: z.record(plainText(200), z.string().max(8_192)).optional(),
  basic: z.strictObject({ username: z.string().max(500), password: z.string().max(2_000) }).optional(),
})
export type CrawlSecrets = z.output<typeof crawlSecrets>

/** What may be changed while a crawl runs. */
export const crawlChange = z
  .strictObject({
    limits: z.strictObject(limitFields).partial().optional(),
    politeness: z.strictObject(politenessFields).partial().optional(),
    reason: visibleText(500).optional(),
  })
  .refine(({ limits, politeness }) => limits || politeness, 'Give limits or politeness.')
export type CrawlChange = z.output<typeof crawlChange>
