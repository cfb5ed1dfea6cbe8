import { z } from 'zod'
import { actor } from './access'
import { byId, createdOrder, flag, page, paging, plainText, reason, several, time, timeGiven, uuid } from './fields'
import type { Routes } from './route'
import { BULK_ACTIONS, JOB_STATUSES, OUTCOME_LEVELS, QUEUE_NAMES } from './values'

export const jobStatus = z.enum(JOB_STATUSES)
export type JobStatus = z.output<typeof jobStatus>
export const queueName = z.enum(QUEUE_NAMES)
export type QueueName = z.output<typeof queueName>

export const outcomeLevel = z.enum(OUTCOME_LEVELS)
export type OutcomeLevel = z.output<typeof outcomeLevel>

/**
 * What a job came to, in a few words: what its result means, why it failed, or why it was cancelled. The text is one
 * line of up to 200 characters.
 */
export const jobOutcome = z.object({ level: outcomeLevel, text: z.string() })
export type JobOutcome = z.output<typeof jobOutcome>

/** `code` is `error` for anything a handler throws, unless the platform or handler sets one: `timeout`, `stalled`, ... */
export const jobError = z.object({ code: z.string(), message: z.string() })
export type JobError = z.output<typeof jobError>

export const step = z.object({
  name: z.string(),
  status: z.enum(['running', 'completed', 'failed', 'cancelled']),
  started_at: time,
  ended_at: time.nullable(),
  /** Log lines so far. */
  lines: z.number(),
})
export type Step = z.output<typeof step>

/** Who cancelled a job, when and why. */
export const cancel = z.object({ reason: z.string(), by: actor, at: time })
export type Cancel = z.output<typeof cancel>

export const job = z.object({
  id: z.string(),
  kind: z.string(),
  queue: z.string(),
  status: jobStatus,
  attempt: z.number(),
  max_attempts: z.number(),
  priority: z.number(),
  /** Depends on the kind; often `{ done, total }` or `{ percent }`. */
  progress: z.record(z.string(), z.unknown()).nullable(),
  steps: z.array(step),
  parent_id: z.string().nullable(),
  root_id: z.string(),
  input: z.unknown(),
  result: z.unknown(),
  /** Null before the end, and for jobs that ended before outcomes were kept. */
  outcome: jobOutcome.nullable(),
  error: jobError.nullable(),
  cancel: cancel.nullable(),
  reason: z.string().nullable(),
  /** Earliest start. */
  run_at: time.nullable(),
  created_at: time,
  /** From when it could have been started (its creation, or `run_at` if later) to its first start. */
  waited_ms: z.number().nullable(),
  /** From the start of the last attempt to the end, once it has ended; with its children, if it waited for any. */
  ran_ms: z.number().nullable(),
  /** Of the attempt that runs or was last; null before the first and between two. */
  started_at: time.nullable(),
  ended_at: time.nullable(),
  created_by: actor,
  worker: z.string().nullable(),
  /** Direct child jobs; only in lists by `parent_id`. */
  child_count: z.number().optional(),
})
export type Job = z.output<typeof job>

export const jobLinks = z.object({ self: z.string(), logs: z.string(), stream: z.string(), page: z.string() })
/** A job that was created or retried. */
export const jobAccepted = z.object({ job, links: jobLinks })

export const attempt = z.object({
  attempt: z.number(),
  outcome: z.enum(['running', 'completed', 'failed', 'cancelled', 'lost']),
  worker: z.string().nullable(),
  error: jobError.nullable(),
  steps: z.array(step),
  started_at: time.nullable(),
  ended_at: time.nullable(),
})
export type Attempt = z.output<typeof attempt>

/** Data of `status` in the topic of a job. */
export const jobTopicState = z.object({
  job: job
    .pick({ id: true, status: true, attempt: true, progress: true })
    .extend({ outcome: jobOutcome.optional(), error: jobError.optional(), cancel: cancel.optional() }),
  steps: z.array(step),
})
export type JobTopicState = z.output<typeof jobTopicState>
/** Data of `progress` in the topic of a job. */
export const jobProgress = job.pick({ progress: true })
export type JobProgress = z.output<typeof jobProgress>
/** Data of `job_spawn` in the topic of the parent. */
export const jobSpawned = z.object({ job_id: z.string(), kind: z.string(), queue: z.string() })
export type JobSpawned = z.output<typeof jobSpawned>

/** Data of the tenant events about a job. */
export const jobEvent = jobSpawned.extend({
  ...job.pick({ status: true, attempt: true, max_attempts: true, parent_id: true, root_id: true }).shape,
  /** Of the job, not of the event, which is stored later. */
  waited_ms: job.shape.waited_ms.optional(),
  started_at: time.optional(),
  ended_at: time.optional(),
  outcome: jobOutcome.optional(),
  error: jobError.optional(),
})
export type JobEvent = z.output<typeof jobEvent>
/** Data of the tenant event `job_progress`. */
export const jobProgressEvent = jobEvent.extend({ progress: job.shape.progress })
export type JobProgressEvent = z.output<typeof jobProgressEvent>

const treeFields = z.object({
  id: z.string(),
  parent_id: z.string().nullable(),
  kind: z.string(),
  queue: z.string(),
  status: jobStatus,
  outcome: jobOutcome.nullable(),
  attempt: z.number(),
  created_at: time,
  started_at: time.nullable(),
  ended_at: time.nullable(),
})
/** A job in a tree of descendants. */
export type TreeNode = z.output<typeof treeFields> & { children: TreeNode[] }
export const treeNode: z.ZodType<TreeNode, TreeNode> = treeFields.extend({
  children: z.array(z.lazy(() => treeNode)),
})

/** Selects jobs of a tenant; lists and bulk actions take the same fields. */
export const jobFilterFields = {
  status: several(jobStatus).optional(),
  /** Level of the outcome; jobs that have not ended have none. */
  outcome: several(outcomeLevel).optional(),
  kind: several(plainText(64)).optional(),
  queue: several(queueName).optional(),
  /** Searches kind, id, input, error and reason. */
  q: plainText(200).optional(),
  parent_id: uuid.optional(),
  root_id: uuid.optional(),
  /** All jobs below this one. */
  ancestor_id: uuid.optional(),
  /** Id or name of its creator. */
  actor: plainText(200).optional(),
  /** Failed jobs with the same cause, see `GET /api/failures`. */
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{16}$/, 'is not the fingerprint of a failure')
    .optional(),
  /** Created at or after. */
  since: timeGiven.optional(),
  /** Created before. */
  until: timeGiven.optional(),
  /** Only jobs without a parent. */
  roots: z.union([z.boolean(), flag]).optional(),
}
export const jobFilter = z.strictObject({ ...jobFilterFields, ids: z.array(uuid).min(1).max(1_000).optional() })
export type JobFilter = z.output<typeof jobFilter>

/** The jobs of a bulk action. Selecting all requires `{"all": true}`, so that a forgotten filter cannot do it. */
const bulkFilter = jobFilter.extend({ all: z.literal(true).optional() }).superRefine((filter, context) => {
  const narrowing = Object.entries(filter).filter(([name, value]) => name !== 'all' && value !== false)
  if (filter.all ? narrowing.length === 0 : narrowing.length > 0) return
  const message = filter.all
    ? 'Omit either "all" or the other fields.'
    : 'Select jobs by at least one field, or all of them with {"all": true}.'
  context.addIssue({ code: 'custom', message })
})

/** What a bulk action would do now. */
export const bulkPreview = z.object({
  /** Jobs that the filter selects. */
  matched: z.number(),
  /** Those to which the action can be done; `count` is the same. */
  applicable: z.number(),
  count: z.number(),
  /** The others, by the status that bars it. */
  skipped: z.partialRecord(jobStatus, z.number()),
})
export type BulkPreview = z.output<typeof bulkPreview>

const YEAR_MS = 365 * 24 * 60 * 60_000
/** BullMQ's limit. */
const PRIORITY_MAX = 2_097_151
export const TREE_MAX = 1_000

/** Jobs of one request to create several. */
export const JOBS_PER_REQUEST = 1_000

const newJob = z.strictObject({
  kind: z.string(),
  input: z.unknown().optional(),
  priority: z.number().int().min(0).max(PRIORITY_MAX).optional(),
  delay_ms: z.number().int().min(0).max(YEAR_MS).optional(),
  reason: reason.optional(),
})

/** What a request to create several jobs has got, in its order. */
export const jobsAccepted = z.object({
  items: z.array(
    job.pick({ id: true, kind: true, queue: true, status: true }).extend({
      created: z
        .boolean()
        .meta({ description: 'False for a job that was open already and stands for this one: see its kind.' }),
    }),
  ),
  /** How many of them are new. */
  created: z.number(),
})
export type JobsAccepted = z.output<typeof jobsAccepted>

export const jobRoutes = {
  list: {
    method: 'get',
    path: '/api/jobs',
    role: 'viewer',
    summary:
      'Lists jobs, newest first, or oldest first with `sort=created`. With `parent_id`, each has its `child_count`.',
    query: z.strictObject({ ...jobFilterFields, sort: createdOrder, ...paging() }),
    replies: { 200: page(job) },
  },
  create: {
    method: 'post',
    path: '/api/jobs',
    role: 'operator',
    summary:
      'Creates a job. With an `Idempotency-Key`, the same request within 24 hours is answered with the same job.',
    body: newJob,
    example: { kind: 'health-check', input: { url: 'https://example.org' } },
    bodyBytesMax: 1024 * 1024,
    replies: { 202: jobAccepted },
  },
  createMany: {
    method: 'post',
    path: '/api/jobs/bulk',
    role: 'operator',
    summary:
      'Creates up to 1,000 jobs: all of them in one commit, or none. An `Idempotency-Key` covers the whole request.',
    body: z.strictObject({ jobs: z.array(newJob).min(1).max(JOBS_PER_REQUEST) }),
    example: {
      jobs: [
        { kind: 'health-check', input: { url: 'https://example.org' } },
        { kind: 'health-check', input: { url: 'https://example.com' }, delay_ms: 60_000 },
      ],
    },
    bodyBytesMax: 16 * 1024 * 1024,
    replies: { 202: jobsAccepted },
  },
  bulk: {
    method: 'post',
    path: '/api/jobs/actions',
    role: 'operator',
    summary:
      'Cancels, retries or removes the jobs that a filter selects, or all with `{"all": true}`; `dry_run` only counts them, and those that it would skip by their status.',
    body: z.strictObject({
      action: z.enum(BULK_ACTIONS),
      filter: bulkFilter,
      dry_run: z.boolean().default(false),
      reason: reason.default('bulk action'),
    }),
    example: { action: 'retry', filter: { status: ['failed'] }, dry_run: true },
    replies: {
      200: bulkPreview,
      202: jobAccepted.extend({ count: z.number() }),
    },
  },
  read: {
    method: 'get',
    path: '/api/jobs/{id}',
    role: 'viewer',
    summary: 'Returns a job.',
    params: byId,
    replies: { 200: job.extend({ links: jobLinks }) },
  },
  tree: {
    method: 'get',
    path: '/api/jobs/{id}/tree',
    role: 'viewer',
    summary: 'Returns a job with its descendants, up to `limit` jobs; `counts` and `outcomes` cover all of them.',
    params: byId,
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(TREE_MAX).default(TREE_MAX) }),
    replies: {
      200: z.object({
        job: treeNode,
        counts: z.partialRecord(jobStatus, z.number()),
        outcomes: z
          .partialRecord(outcomeLevel, z.number())
          .meta({ description: 'How those counted as `completed` came out.' }),
        truncated: z.boolean(),
      }),
    },
  },
  attempts: {
    method: 'get',
    path: '/api/jobs/{id}/attempts',
    role: 'viewer',
    summary: 'Lists all attempts of a job, oldest first.',
    params: byId,
    replies: { 200: z.object({ items: z.array(attempt), next_cursor: z.null() }) },
  },
  cancel: {
    method: 'post',
    path: '/api/jobs/{id}/cancel',
    role: 'operator',
    summary: 'Cancels a job and all its descendants, whichever processes run them.',
    params: byId,
    body: z.strictObject({ reason }),
    example: { reason: 'no longer needed' },
    replies: { 202: z.object({ job }) },
  },
  retry: {
    method: 'post',
    path: '/api/jobs/{id}/retry',
    role: 'operator',
    summary: 'Runs a failed or cancelled job again; its earlier attempts stay in its history.',
    params: byId,
    body: z.strictObject({ reason: reason.optional() }).optional(),
    replies: { 202: jobAccepted },
  },
} as const satisfies Routes
