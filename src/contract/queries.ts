import { z } from 'zod'
import { actor } from './access'
import { bomFlag, byId, createdOrder, page, paging, plainText, reason, several, time, uuid } from './fields'
import { job, jobOutcome } from './jobs'
import type { Routes } from './route'
import { sqlText } from './statements'
import { streamFields, withLabels } from './streams'
import { QUERY_STATUSES, TARGET_STATES } from './values'

const SQL_CHARACTERS_MAX = 32_000
const DEADLINE_SECONDS_MAX = 7 * 24 * 3_600
/** Limited because the job's input contains all ids; labels are for larger groups. */
const HOSTS_MAX = 5_000
const GROUPS_MAX = 100
/** Large enough for the maximum number of host ids. */
const BODY_BYTES_MAX = 512 * 1024

/** A target is in exactly one state. */
export const targetState = z.enum(TARGET_STATES)
export type TargetState = z.output<typeof targetState>
export const queryStatus = z.enum(QUERY_STATUSES)

/** Hosts that match any of the fields. */
export const targets = z
  .strictObject({
    all: z.literal(true).optional(),
    host_ids: z.array(uuid).min(1).max(HOSTS_MAX).optional(),
    /** As osquery names them, or `linux` for every distribution. */
    platforms: z.array(plainText(64)).min(1).max(GROUPS_MAX).optional(),
    /** Names or ids. */
    labels: z.array(plainText(200)).min(1).max(GROUPS_MAX).optional(),
  })
  .refine(given => Object.values(given).some(Boolean), 'Give at least one of all, host_ids, platforms or labels.')
export type Targets = z.output<typeof targets>

const liveSql = sqlText.max(SQL_CHARACTERS_MAX)
const deadline = z.number().int().min(1).max(DEADLINE_SECONDS_MAX).default(60)

/** Input of a job of kind `query`. */
export const queryInput = z.strictObject({ sql: liveSql, targets, deadline_seconds: deadline })
export type QueryInput = z.output<typeof queryInput>

/** Number of targets in total and in each state. */
export const queryCounts = z.object({
  targets: z.number(),
  pending: z.number(),
  sent: z.number(),
  completed: z.number(),
  no_rows: z.number(),
  failed: z.number(),
  denylisted: z.number(),
  offline: z.number(),
  expired: z.number(),
})
export type QueryCounts = z.output<typeof queryCounts>

export const query = z.object({
  id: z.string(),
  job_id: z.string(),
  sql: z.string(),
  targets,
  status: queryStatus,
  /** Null while it runs. */
  outcome: jobOutcome.nullable(),
  counts: queryCounts,
  row_count: z.number(),
  /** In the order of the query. */
  columns: z.array(z.string()),
  deadline_seconds: z.number(),
  deadline_at: time,
  created_at: time,
  ended_at: time.nullable(),
  created_by: actor,
})
export type Query = z.output<typeof query>

const queryLinks = z.object({
  self: z.string(),
  results: z.string(),
  stream: z.string(),
  page: z.string(),
  job: z.string(),
})
const queryAccepted = z.object({ query, job, links: queryLinks })

/** A row of an osquery table. Values are text whatever the column's type. */
export const row = z.record(z.string(), z.string())
export type Row = z.output<typeof row>

/** Resource usage of a query on a host, reported since osquery 5.8. Times in ms, memory in bytes. */
export const queryStats = z.object({
  wall_time_ms: z.number().nullable(),
  user_time: z.number().nullable(),
  system_time: z.number().nullable(),
  memory: z.number().nullable(),
})

/** A row of one host, or a host without rows. */
export const resultItem = z.object({
  host_id: z.string(),
  host_identifier: z.string(),
  hostname: z.string(),
  status: targetState,
  error: z.string().nullable(),
  truncated: z.boolean(),
  late: z.boolean(),
  answered_at: time.nullable(),
  /** Row number within the host, from 1; 0 without a row. */
  no: z.number(),
  row: row.nullable(),
})
export type ResultItem = z.output<typeof resultItem>

export const resultPage = page(resultItem).extend({
  total: z.number().nullable().meta({ description: 'Only on the first page.' }),
})
export type ResultPage = z.output<typeof resultPage>

/** A host that a query was sent to. */
export const queryTarget = z.object({
  host_id: z.string(),
  host_identifier: z.string(),
  hostname: z.string(),
  state: targetState,
  row_count: z.number(),
  error: z.string().nullable(),
  truncated: z.boolean(),
  late: z.boolean(),
  sent_at: time.nullable(),
  sent_count: z.number(),
  answered_at: time.nullable(),
  stats: queryStats.nullable(),
})
export type QueryTarget = z.output<typeof queryTarget>

/** How many rows have a value in a column, and on how many hosts. */
export const valueCount = z.object({ value: z.string(), rows: z.number(), hosts: z.number() })
export type ValueCount = z.output<typeof valueCount>

const resultFields = {
  host_id: z.string(),
  query_id: z.string(),
  status: z.enum(['completed', 'failed']),
  state: targetState,
  occurred_at: time,
  error: z.string().nullable(),
  row_count: z.number(),
  truncated: z.boolean(),
  late: z.boolean(),
}
/** The first rows, up to 32 KiB. */
const firstRows = { columns: z.array(z.string()), rows: z.array(row) }

/** The answer of one host to a query, with its first rows. */
export const hostResult = z.object({ ...resultFields, ...firstRows, sql: z.string() })
export type HostResult = z.output<typeof hostResult>

const hostNames = { host_identifier: z.string(), hostname: z.string() }
/** Data of `query_result` in the topics of the query and of the host. */
export const queryResult = z.object({ ...resultFields, ...hostNames, ...firstRows })
export type QueryResult = z.output<typeof queryResult>

/** Data of the tenant event `query_result`, which has no rows. */
export const queryResultEvent = z.object({ ...resultFields, ...hostNames })
export type QueryResultEvent = z.output<typeof queryResultEvent>

/** Data of the tenant event `query_completed`. */
export const queryCompletedEvent = z.object({
  query_id: z.string(),
  status: queryStatus,
  counts: queryCounts,
  row_count: z.number(),
})
export type QueryCompletedEvent = z.output<typeof queryCompletedEvent>

/** Data of `status` in the topic of a query. */
export const queryState = z.object({
  query: query.pick({
    id: true,
    status: true,
    outcome: true,
    counts: true,
    row_count: true,
    columns: true,
    deadline_at: true,
    ended_at: true,
  }),
})
export type QueryState = z.output<typeof queryState>

/** A column name or search text. */
const searchText = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\0]*$/, 'must not contain NUL')
const OFFSET_MAX = 100_000_000

export const queryRoutes = {
  list: {
    method: 'get',
    path: '/api/queries',
    role: 'viewer',
    summary: 'Lists live queries, newest first, or oldest first with `sort=created`.',
    query: z.strictObject({
      status: queryStatus.optional(),
      /** Only queries sent to this host. */
      host_id: uuid.optional(),
      /** Searches the SQL. */
      q: z.string().min(1).max(500).optional(),
      sort: createdOrder,
      ...paging(),
    }),
    replies: { 200: page(query) },
  },
  create: {
    method: 'post',
    path: '/api/queries',
    role: 'operator',
    summary: 'Runs a query on hosts. Hosts that are online usually answer within a second.',
    body: queryInput.extend({ reason: reason.optional() }),
    example: { sql: 'select name, version from os_version', targets: { all: true } },
    bodyBytesMax: BODY_BYTES_MAX,
    replies: { 202: queryAccepted },
  },
  createForHost: {
    method: 'post',
    path: '/api/hosts/{id}/query',
    role: 'operator',
    summary: 'Runs a query on one host.',
    params: byId,
    body: z.strictObject({ sql: liveSql, deadline_seconds: deadline, reason: reason.optional() }),
    example: { sql: 'select name, version from os_version' },
    replies: { 202: queryAccepted },
  },
  countTargets: {
    method: 'post',
    path: '/api/queries/targets',
    role: 'operator',
    summary: 'Counts the hosts that a query with these targets would run on now.',
    body: queryInput.pick({ targets: true }),
    bodyBytesMax: BODY_BYTES_MAX,
    replies: { 200: z.object({ hosts: z.number() }) },
  },
  read: {
    method: 'get',
    path: '/api/queries/{id}',
    role: 'viewer',
    summary: 'Returns a live query with the number of its hosts in each state.',
    params: byId,
    replies: { 200: query.extend({ links: queryLinks }) },
  },
  cancel: {
    method: 'post',
    path: '/api/queries/{id}/cancel',
    role: 'operator',
    summary: 'Stops a query: it is sent to no more hosts, but answers under way still count.',
    params: byId,
    body: z.strictObject({ reason: reason.optional() }).optional(),
    replies: { 202: z.object({ query }) },
  },
  results: {
    method: 'get',
    path: '/api/queries/{id}/results',
    role: 'viewer',
    summary:
      'Lists result rows of all hosts, with an item without a row for each host that has none; `format=csv|ndjson` streams all rows.',
    params: byId,
    query: z.strictObject({
      host_id: uuid.optional(),
      status: several(targetState).optional(),
      q: searchText.optional(),
      /** A column, or `-` and a column for descending order. */
      sort: searchText.optional(),
      ...paging({ defaultLimit: 100, maxLimit: 2_000 }),
      /** Long, because it contains the value of the sort column. */
      cursor: z.string().max(200_000).optional(),
      offset: z.coerce.number().int().min(0).max(OFFSET_MAX).optional().meta({
        description: 'Rows to skip before this page, to jump to a page without a cursor.',
      }),
      format: z.enum(['json', 'csv', 'ndjson']).default('json'),
      bom: bomFlag,
    }),
    replies: { 200: resultPage },
  },
  hosts: {
    method: 'get',
    path: '/api/queries/{id}/hosts',
    role: 'viewer',
    summary: 'Lists the hosts of a query with their states, by name.',
    params: byId,
    query: z.strictObject({
      state: several(targetState).optional(),
      q: searchText.optional(),
      ...paging({ defaultLimit: 100, maxLimit: 2_000 }),
    }),
    replies: { 200: page(queryTarget) },
  },
  values: {
    method: 'get',
    path: '/api/queries/{id}/values',
    role: 'viewer',
    summary: 'Lists the most frequent values of a column on all hosts.',
    params: byId,
    query: z.strictObject({ column: searchText, limit: z.coerce.number().int().min(1).max(200).default(20) }),
    replies: { 200: z.object({ items: z.array(valueCount) }) },
  },
  hostResults: {
    method: 'get',
    path: '/api/hosts/{id}/results',
    role: 'viewer',
    summary:
      'Lists the answers of a host, newest first; with `Accept: text/event-stream`, streams them as they arrive.',
    params: byId,
    query: withLabels({ ...streamFields, cursor: z.string().max(2_000).optional() }),
    replies: { 200: page(hostResult) },
  },
} as const satisfies Routes
