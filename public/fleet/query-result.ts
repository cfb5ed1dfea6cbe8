import type { Actor } from '../../src/contract/access'

/** osquery's values are texts, whatever the column's type. */
export type Row = Record<string, string>

/** What has become of a query on one host; the states exclude each other. */
export type TargetState = 'pending' | 'sent' | 'completed' | 'no_rows' | 'failed' | 'denylisted' | 'offline' | 'expired'

export const TARGET_STATES: TargetState[] = [
  'completed',
  'no_rows',
  'failed',
  'denylisted',
  'sent',
  'pending',
  'expired',
  'offline',
]

/** For people: in a word or two, and what it means. */
export const STATE_WORDS: Record<TargetState, { name: string; meaning: string }> = {
  completed: { name: 'rows', meaning: 'The host has answered with rows.' },
  no_rows: { name: 'no rows', meaning: 'The host has answered: nothing there fits the query.' },
  failed: { name: 'failed', meaning: 'The host could not run the query.' },
  denylisted: {
    name: 'denylisted',
    meaning: 'The host refuses this query, because it was killed while running it before.',
  },
  sent: { name: 'running', meaning: 'The host has taken the query and has not answered yet.' },
  pending: { name: 'waiting', meaning: 'The host has not come for the query yet.' },
  expired: { name: 'no answer', meaning: 'The host took the query and had not answered by the deadline.' },
  offline: { name: 'offline', meaning: 'The host did not come for the query before the deadline.' },
}

/** Whether the host may still answer in time. */
export const isOpen = (state: TargetState) => state === 'pending' || state === 'sent'

/** What one host has answered, as told live and by its history. Rows up to 32 KiB; all of them by the query's results. */
export interface QueryResult {
  host_id: string
  host_identifier?: string
  hostname?: string
  query_id: string
  status: 'completed' | 'failed'
  state: TargetState
  occurred_at: string
  error: string | null
  row_count: number
  /** In the order in which the query gives them, which rows do not keep. */
  columns?: string[]
  rows: Row[]
  truncated: boolean
  late: boolean
}

export type QueryCounts = { targets: number } & Record<TargetState, number>

export interface Targets {
  all?: true
  host_ids?: string[]
  platforms?: string[]
  labels?: string[]
}

export interface Query {
  id: string
  job_id: string
  sql: string
  targets: Targets
  status: 'running' | 'completed' | 'cancelled'
  counts: QueryCounts
  row_count: number
  columns: string[]
  deadline_seconds: number
  deadline_at: string
  created_at: string
  ended_at: string | null
  created_by: Actor
}

/** The columns of rows, in the order in which they come. */
export function columnsOf(rows: readonly Row[], known: readonly string[] = []): string[] {
  const names = new Set(known)
  for (const row of rows) for (const name of Object.keys(row)) names.add(name)
  return [...names]
}
