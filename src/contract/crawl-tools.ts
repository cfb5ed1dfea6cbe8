import { z } from 'zod'
import { robotsOutcome } from './crawl-reports'
import { crawlCreate } from './crawls'
import { plainText } from './fields'
import type { Routes } from './route'

/** What robots.txt says about a URL. */
export const robotsVerdict = z.object({
  url: z.string(),
  allowed: z.boolean(),
  /** The rule that decided, as written; null: none matches. */
  rule: z.string().nullable(),
  line: z.number().nullable(),
  /** Why the URL could not be judged. */
  problem: z.string().nullable(),
})
export type RobotsVerdict = z.output<typeof robotsVerdict>

export const robotsReport = z.object({
  outcome: robotsOutcome,
  /** Why: the status or the error. */
  detail: z.string().nullable(),
  /** Of the groups that apply. */
  agents: z.array(z.string()),
  crawl_delay_seconds: z.number().nullable(),
  sitemaps: z.array(z.string()),
  /** Lines that are not understood. */
  problems: z.array(z.object({ line: z.number(), text: z.string(), message: z.string() })),
  text: z.string(),
  verdicts: z.array(robotsVerdict),
})
export type RobotsReport = z.output<typeof robotsReport>

const linkVerdict = z.object({
  url: z.string(),
  text: z.string(),
  accepted: z.boolean(),
  /** Why not. */
  reason: z.string().nullable(),
  explanation: z.string().nullable(),
})
export type LinkVerdict = z.output<typeof linkVerdict>

export const crawlPreview = z.object({
  /** Of the first seed. */
  url: z.string(),
  final_url: z.string(),
  status_code: z.number().nullable(),
  /** Why it could not be fetched. */
  error: z.string().nullable(),
  title: z.string().nullable(),
  robots: robotsReport.omit({ text: true, verdicts: true }).nullable(),
  links: z.array(linkVerdict),
  /** Links that are not shown, because there are too many. */
  links_left_out: z.number(),
  extracted: z.record(z.string(), z.union([z.string(), z.array(z.string()), z.null()])),
})
export type CrawlPreview = z.output<typeof crawlPreview>

export const crawlToolRoutes = {
  robots: {
    method: 'post',
    path: '/api/crawls/robots',
    role: 'operator',
    summary: 'Tests URLs against a robots.txt: the given text, or the one of a site.',
    body: z
      .strictObject({
        text: z
          .string()
          .max(1024 * 1024)
          .optional(),
        /** Any URL of the site. */
        site: plainText(2_048).optional(),
        user_agent: plainText(300).default('Tailrace'),
        /** URLs, or paths of the site. */
        urls: z.array(plainText(2_048)).max(200).default([]),
      })
      .refine(({ text, site }) => (text === undefined) !== (site === undefined), 'Give either text or site.'),
    bodyBytesMax: 2 * 1024 * 1024,
    example: { text: 'User-agent: *\nDisallow: /private', urls: ['/private/page'] },
    replies: { 200: robotsReport },
  },
  preview: {
    method: 'post',
    path: '/api/crawls/preview',
    role: 'operator',
    summary: 'Fetches the first seed only, and says which of its links a crawl would follow.',
    body: crawlCreate,
    bodyBytesMax: 4 * 1024 * 1024,
    example: { seeds: ['https://example.org/'] },
    replies: { 200: crawlPreview },
  },
} as const satisfies Routes
