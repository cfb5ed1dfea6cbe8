import { z } from 'zod'
import { actor } from './access'
import { crawlChange, crawlSecrets, crawlSettings } from './crawl-settings'
import { byId, page, paging, plainText, reason, several, time } from './fields'
import { job } from './jobs'
import type { Routes } from './route'
import { CRAWL_PHASES, CRAWL_STATUSES, END_REASONS, FINDING_TYPES } from './values'

const countByReason = z.record(z.string(), z.number())

/** `discovered` is always the sum of `queued`, `leased`, `fetched`, `failed` and all of `skipped`. */
export const crawlCounts = z.object({
  /** Distinct URLs. */
  discovered: z.number(),
  queued: z.number(),
  /** Being fetched. */
  leased: z.number(),
  fetched: z.number(),
  failed: z.number(),
  /** By reason. */
  skipped: countByReason,
  /** The failed ones by reason. */
  failed_by: countByReason,
  bytes: z.number(),
})
export type CrawlCounts = z.output<typeof crawlCounts>

export const endReason = z.enum(END_REASONS)
export type EndReason = z.output<typeof endReason>
export const crawlStatus = z.enum(CRAWL_STATUSES)
export type CrawlStatus = z.output<typeof crawlStatus>
export const crawlPhase = z.enum(CRAWL_PHASES)
export type CrawlPhase = z.output<typeof crawlPhase>

const progressFields = {
  ...crawlCounts.shape,
  status: crawlStatus,
  /** The step that runs; null before the start and after the end. */
  phase: crawlPhase.nullable(),
  /** Over the last ten seconds; over the whole crawl once it has ended. */
  pages_per_second: z.number(),
  /** A guess; null while there is nothing to guess from. */
  seconds_left: z.number().nullable(),
  ended_because: endReason.nullable(),
}

export const crawl = z
  .object({
    id: z.string(),
    job_id: z.string(),
    ...crawlSettings.shape,
    /** Names of what is set and stored encrypted, such as `headers.x-key`. */
    has_secrets: z.array(z.string()),
    ...progressFields,
    paused: z.object({ by: actor, at: time, reason: z.string().nullable() }).nullable(),
    /** The crawl of the same seeds and scope before this one. */
    previous_id: z.string().nullable(),
    /** How many of each, once they are counted. */
    findings: z.record(z.enum(FINDING_TYPES), z.number()).nullable(),
    created_by: actor,
    created_at: time,
    started_at: time.nullable(),
    ended_at: time.nullable(),
  })
  .meta({ id: 'Crawl' })
export type Crawl = z.output<typeof crawl>

/** A crawl in a list. */
export const crawlItem = crawl.pick({
  id: true,
  seeds: true,
  limits: true,
  status: true,
  phase: true,
  discovered: true,
  queued: true,
  leased: true,
  fetched: true,
  failed: true,
  skipped: true,
  bytes: true,
  pages_per_second: true,
  seconds_left: true,
  ended_because: true,
  findings: true,
  created_by: true,
  created_at: true,
  started_at: true,
  ended_at: true,
})
export type CrawlItem = z.output<typeof crawlItem>

/** Data of `crawl_progress`, in the topic of the job and of the tenant. At most one per 150 ms. */
export const crawlProgress = z.object({ crawl_id: z.string(), job_id: z.string(), ...progressFields })
export type CrawlProgress = z.output<typeof crawlProgress>

const crawlLinks = z.object({
  self: z.string(),
  page: z.string(),
  job: z.string(),
  pages: z.string(),
  stream: z.string(),
  logs: z.string(),
})

export const crawlCreate = crawlSettings.omit({ secret_names: true }).extend({
  ...crawlSecrets.shape,
  /** Take the secrets of this crawl that are not given. */
  secrets_of: z.uuid().optional(),
  reason: reason.optional(),
})
export type CrawlCreate = z.output<typeof crawlCreate>

const reasonGiven = z.strictObject({ reason: reason.optional() }).optional()

export const crawlRoutes = {
  list: {
    method: 'get',
    path: '/api/crawls',
    role: 'viewer',
    summary: 'Lists crawls, newest first.',
    query: z.strictObject({
      status: several(crawlStatus).optional(),
      /** In the seeds. */
      q: plainText(200).optional(),
      ...paging(),
    }),
    replies: { 200: page(crawlItem) },
  },
  create: {
    method: 'post',
    path: '/api/crawls',
    role: 'operator',
    summary: 'Starts a crawl. Headers and basic credentials are sent to the hosts of the seeds only.',
    body: crawlCreate,
    bodyBytesMax: 4 * 1024 * 1024,
    example: { seeds: ['https://example.org/'], limits: { pages: 100 } },
    replies: { 202: z.object({ crawl, job, links: crawlLinks }) },
  },
  read: {
    method: 'get',
    path: '/api/crawls/{id}',
    role: 'viewer',
    summary: 'Returns a crawl with its counts.',
    params: byId,
    replies: { 200: crawl.extend({ links: crawlLinks }) },
  },
  change: {
    method: 'patch',
    path: '/api/crawls/{id}',
    role: 'operator',
    summary: 'Changes the limits or the politeness of a crawl that has not ended.',
    params: byId,
    body: crawlChange,
    example: { limits: { pages: 5000 } },
    replies: { 200: z.object({ crawl }) },
  },
  pause: {
    method: 'post',
    path: '/api/crawls/{id}/pause',
    role: 'operator',
    summary: 'Pauses a crawl: it starts no more requests. Time that it is paused does not count.',
    params: byId,
    body: reasonGiven,
    replies: { 202: z.object({ crawl }) },
  },
  resume: {
    method: 'post',
    path: '/api/crawls/{id}/resume',
    role: 'operator',
    summary: 'Resumes a paused crawl.',
    params: byId,
    body: reasonGiven,
    replies: { 202: z.object({ crawl }) },
  },
  cancel: {
    method: 'post',
    path: '/api/crawls/{id}/cancel',
    role: 'operator',
    summary: 'Ends a crawl. What it has found so far stays.',
    params: byId,
    body: reasonGiven,
    replies: { 202: z.object({ crawl }) },
  },
  remove: {
    method: 'delete',
    path: '/api/crawls/{id}',
    role: 'operator',
    summary: 'Deletes a crawl that has ended, with everything that it has found.',
    params: byId,
    query: z.strictObject({ reason: reason.optional() }),
    replies: { 204: null },
  },
} as const satisfies Routes
