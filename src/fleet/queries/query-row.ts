import { z } from '../../base/parse'
import { actor } from '../../contract/access'
import { type QueryCounts, queryCounts, queryStatus, type TargetState, targets } from '../../contract/queries'
import { TARGET_STATES } from '../../contract/values'
import type { Row, Stats } from '../agent'

export interface QueryRef {
  tenantId: string
  id: string
}

export const queryRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  sql: z.string(),
  targets,
  status: queryStatus,
  deadline_seconds: z.number(),
  deadline_at: z.date(),
  columns: z.array(z.string()),
  target_count: z.number(),
  ...queryCounts.omit({ targets: true }).shape,
  row_count: z.number(),
  created_by: actor,
  created_at: z.date(),
  ended_at: z.date().nullable(),
})
export type QueryRow = z.output<typeof queryRow>

/** The outcome of a query on one host, as it is stored and streamed. */
export interface Outcome {
  state: Extract<TargetState, 'completed' | 'no_rows' | 'failed' | 'denylisted'>
  answerId: string | null
  rowCount: number
  columns: string[]
  /** The first rows, as many as fit into a frame. */
  preview: Row[]
  truncated: boolean
  error: string | null
  stats: Stats | null
}

type StateCounts = Record<TargetState, number>

export const countsOf = (row: StateCounts & { target_count: number }): QueryCounts => ({
  targets: row.target_count,
  ...(Object.fromEntries(TARGET_STATES.map(state => [state, row[state]])) as StateCounts),
})

/** Targets that may still answer in time. */
export const openOf = ({ pending, sent }: Pick<StateCounts, 'pending' | 'sent'>) => pending + sent
