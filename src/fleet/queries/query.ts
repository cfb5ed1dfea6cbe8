import { type Actor, actorSchema, may, type Principal } from '../../access'
import { z } from '../../base/parse'
import { redactText } from '../../base/redact'
import { TARGET_STATES } from '../../contract/values'
import type { Row, Stats } from '../agent'
import type { Targets } from './kind'

/** What has become of a query on one host. They exclude each other. */
export const STATES = TARGET_STATES
export type State = (typeof STATES)[number]
export type Counts = Record<State, number>

export const QUERY_STATUSES = ['running', 'completed', 'cancelled'] as const
export type QueryStatus = (typeof QUERY_STATUSES)[number]

export interface QueryRef {
  tenantId: string
  id: string
}

export interface QueryRow extends Counts {
  id: string
  tenant_id: string
  sql: string
  targets: Targets
  status: QueryStatus
  deadline_seconds: number
  deadline_at: Date
  columns: string[]
  target_count: number
  row_count: number
  created_by: Actor
  created_at: Date
  ended_at: Date | null
}

/** What one host has answered, as its readers see it. */
export interface Outcome {
  state: Extract<State, 'completed' | 'no_rows' | 'failed' | 'denylisted'>
  answerId: string | null
  rowCount: number
  columns: string[]
  /** The first rows, as many as go into a frame. */
  preview: Row[]
  truncated: boolean
  error: string | null
  stats: Stats | null
}

const count = z.number()
export const countsSchema = z.object({
  targets: count,
  pending: count,
  sent: count,
  completed: count,
  no_rows: count,
  failed: count,
  denylisted: count,
  offline: count,
  expired: count,
})

export const querySchema = z.object({
  id: z.string(),
  job_id: z.string(),
  sql: z.string(),
  targets: z.unknown(),
  status: z.enum(QUERY_STATUSES),
  counts: countsSchema,
  row_count: count,
  columns: z.array(z.string()),
  deadline_seconds: count,
  deadline_at: z.iso.datetime(),
  created_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
  created_by: actorSchema,
})
export type Query = z.output<typeof querySchema>

export const countsOf = (row: Counts & { target_count: number }): Query['counts'] => ({
  targets: row.target_count,
  ...(Object.fromEntries(STATES.map(state => [state, row[state]])) as Counts),
})

/** SQL as somebody sees it: the input of a job, so who only looks on is not shown what looks like a secret in it. */
export const sqlFor = (principal: Principal, sql: string) => (may(principal, 'operator') ? sql : redactText(sql))

/** A query as operators see it. */
export const toQuery = (row: QueryRow): Query => ({
  id: row.id,
  job_id: row.id,
  sql: row.sql,
  targets: row.targets,
  status: row.status,
  counts: countsOf(row),
  row_count: row.row_count,
  columns: row.columns,
  deadline_seconds: row.deadline_seconds,
  deadline_at: row.deadline_at.toISOString(),
  created_at: row.created_at.toISOString(),
  ended_at: row.ended_at?.toISOString() ?? null,
  created_by: row.created_by,
})

/** Targets that may still answer in time. */
export const openOf = ({ pending, sent }: Counts) => pending + sent

export const queryLinksSchema = z.object({
  self: z.string(),
  results: z.string(),
  stream: z.string(),
  page: z.string(),
  job: z.string(),
})

export const queryLinks = (id: string) => ({
  self: `/api/queries/${id}`,
  results: `/api/queries/${id}/results`,
  stream: `/api/queries/${id}/stream`,
  page: `/queries/${id}`,
  job: `/api/jobs/${id}`,
})
