import { may, type Principal } from '../../api'
import { redactText } from '../../base/redact'
import type { Query } from '../../contract/queries'
import { endOf } from './kind'
import { countsOf, type QueryRow } from './query-store'

/** The SQL of a query, which is the input of a job and therefore redacted for viewers. */
export const sqlFor = (principal: Principal, sql: string) => (may(principal, 'operator') ? sql : redactText(sql))

/** A query as operators see it. */
export const toQuery = (row: QueryRow): Query => ({
  id: row.id,
  job_id: row.id,
  sql: row.sql,
  targets: row.targets,
  status: row.status,
  outcome: endOf(row),
  counts: countsOf(row),
  row_count: row.row_count,
  columns: row.columns,
  deadline_seconds: row.deadline_seconds,
  deadline_at: row.deadline_at.toISOString(),
  created_at: row.created_at.toISOString(),
  ended_at: row.ended_at?.toISOString() ?? null,
  created_by: row.created_by,
})

export const queryLinks = (id: string) => ({
  self: `/api/queries/${id}`,
  results: `/api/queries/${id}/results`,
  stream: `/api/queries/${id}/stream`,
  page: `/queries/${id}`,
  job: `/api/jobs/${id}`,
})
