import { z } from 'zod'
import { actor } from './access'
import { byId, flag, page, paging, plainText, reason, reasonQuery, time, timeGiven, visibleText } from './fields'
import { jobAccepted, jobStatus } from './jobs'
import type { Routes } from './route'
import { CATCH_UPS, OVERLAPS, PREVIEW_MAX, SCHEDULE_STATES, SKIP_REASONS } from './values'

const overlap = z.enum(OVERLAPS)
const catchUp = z.enum(CATCH_UPS)
export const skipReason = z.enum(SKIP_REASONS)
export type SkipReason = z.output<typeof skipReason>
export const scheduleState = z.enum(SCHEDULE_STATES)
export type ScheduleState = z.output<typeof scheduleState>

/** A job that is created again and again. */
export const scheduleItem = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  input: z.unknown(),
  /** Either this or `cron` is set. */
  every_seconds: z.number().nullable(),
  cron: z.string().nullable(),
  timezone: z.string().nullable(),
  /** The timing in words: `At 08:00, Monday through Friday`. */
  words: z.string(),
  overlap,
  catch_up: catchUp,
  enabled: z.boolean(),
  until: time.nullable(),
  state: scheduleState,
  /** Kept by the program: it cannot be changed. */
  system: z.boolean(),
  /** Null while it is paused, and after its end. */
  next_at: time.nullable(),
  /** How long ago it was due, when it has not been served yet. */
  overdue_seconds: z.number(),
  /** When it last created a job, and which. */
  last_at: time.nullable(),
  last_job_id: z.string().nullable(),
  /** Null also when retention has removed that job. */
  last_job_status: jobStatus.nullable(),
  /** The last time that it was due and created no job. */
  last_skip: z.object({ at: time, reason: skipReason }).nullable(),
  created_by: actor,
  created_at: time,
  updated_at: time,
})
export type ScheduleItem = z.output<typeof scheduleItem>

export const schedule = scheduleItem.extend({
  /** Up to five, the next one first. */
  next_times: z.array(time),
})
export type Schedule = z.output<typeof schedule>

/** Data of the tenant event `schedule_skipped`: a schedule was due and created no job. */
export const scheduleSkipped = z.object({
  schedule_id: z.string(),
  schedule_name: z.string(),
  kind: z.string(),
  reason: skipReason,
  due_at: time,
})
export type ScheduleSkipped = z.output<typeof scheduleSkipped>

const SECONDS_MAX = 366 * 24 * 60 * 60

const everySeconds = z.number().int().min(1).max(SECONDS_MAX)
const cron = plainText(200)
const timezone = plainText(100)

interface Timed {
  every_seconds?: unknown
  cron?: unknown
  timezone?: unknown
}
type Complain = (path: string, message: string) => void

function refuseTwo({ every_seconds, cron, timezone }: Timed, complain: Complain): void {
  if (every_seconds === undefined) return
  if (cron !== undefined) complain('cron', 'Give every_seconds or cron, not both.')
  else if (timezone !== undefined) complain('timezone', 'Only a cron expression has a time zone.')
}

function requireOne(timed: Timed, complain: Complain): void {
  if (timed.every_seconds === undefined && timed.cron === undefined) complain('cron', 'Give every_seconds or cron.')
  else refuseTwo(timed, complain)
}

const checked =
  (check: (timed: Timed, complain: Complain) => void) =>
  (timed: Timed, { addIssue }: z.core.$RefinementCtx): void =>
    check(timed, (path, message) => addIssue({ code: 'custom', path: [path], message }))

const fields = {
  name: visibleText(200),
  kind: z.string(),
  input: z.unknown(),
  every_seconds: everySeconds,
  cron,
  timezone,
  overlap,
  catch_up: catchUp,
  enabled: z.boolean(),
  until: timeGiven.nullable(),
  reason,
}

const input = z
  .strictObject({
    ...fields,
    input: fields.input.optional(),
    every_seconds: everySeconds.optional(),
    cron: cron.optional(),
    timezone: timezone.optional(),
    overlap: overlap.default('skip'),
    catch_up: catchUp.default('one'),
    enabled: z.boolean().default(true),
    until: fields.until.optional(),
    reason: reason.optional(),
  })
  .superRefine(checked(requireOne))
export type ScheduleInput = z.output<typeof input>

const change = z.strictObject(fields).partial().superRefine(checked(refuseTwo))
export type ScheduleChange = z.output<typeof change>

/** Room for the input of a job. */
const BODY_BYTES_MAX = 1024 * 1024

export const scheduleRoutes = {
  list: {
    method: 'get',
    path: '/api/schedules',
    role: 'viewer',
    summary: 'Lists schedules by name.',
    query: z.strictObject({
      kind: plainText(64).optional(),
      enabled: flag.optional(),
      /** In name and kind. */
      q: plainText(200).optional(),
      ...paging({ defaultLimit: 100 }),
    }),
    replies: { 200: page(scheduleItem) },
  },
  create: {
    method: 'post',
    path: '/api/schedules',
    role: 'operator',
    summary:
      'Creates a schedule: a job of a kind every so many seconds, or whenever a cron expression is due in a time zone (UTC unless given).',
    body: input,
    bodyBytesMax: BODY_BYTES_MAX,
    replies: { 201: schedule },
  },
  preview: {
    method: 'get',
    path: '/api/schedules/preview',
    role: 'viewer',
    summary: 'When a schedule would be due next, up to ten years ahead, and its timing in words.',
    query: z
      .strictObject({
        cron: cron.optional(),
        timezone: timezone.optional(),
        every_seconds: z.coerce.number().pipe(everySeconds).optional(),
        count: z.coerce.number().int().min(1).max(PREVIEW_MAX).default(5),
      })
      .superRefine(checked(requireOne)),
    replies: { 200: z.object({ words: z.string(), timezone: z.string().nullable(), next_times: z.array(time) }) },
  },
  read: {
    method: 'get',
    path: '/api/schedules/{id}',
    role: 'viewer',
    summary: 'A schedule with its next times.',
    params: byId,
    replies: { 200: schedule },
  },
  update: {
    method: 'patch',
    path: '/api/schedules/{id}',
    role: 'operator',
    summary:
      'Changes a schedule; fields that are left out stay as they are. `enabled` pauses and resumes it: times that pass meanwhile are not made up for.',
    params: byId,
    body: change,
    bodyBytesMax: BODY_BYTES_MAX,
    replies: { 200: schedule },
  },
  delete: {
    method: 'delete',
    path: '/api/schedules/{id}',
    role: 'operator',
    summary: 'Deletes a schedule. Its jobs stay.',
    params: byId,
    query: reasonQuery,
    replies: { 204: null },
  },
  run: {
    method: 'post',
    path: '/api/schedules/{id}/run',
    role: 'operator',
    summary:
      'Creates a job of a schedule now, also while it is paused or its last job has not ended. With an `Idempotency-Key`, the same request within 24 hours is answered with the same job.',
    params: byId,
    body: z.strictObject({ reason: reason.optional() }).optional(),
    replies: { 202: jobAccepted },
  },
} as const satisfies Routes
