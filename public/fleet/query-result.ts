import type { HostResult, QueryResult as ResultEntry, Row, TargetState } from '../../src/contract/queries'

/** All states, in display order. */
export const TARGET_STATES: readonly TargetState[] = [
  'completed',
  'no_rows',
  'failed',
  'denylisted',
  'sent',
  'pending',
  'expired',
  'offline',
]

/** The label and meaning of each state. */
export const STATE_LABELS: Record<TargetState, { name: string; meaning: string }> = {
  completed: { name: 'rows', meaning: 'The host returned rows.' },
  no_rows: { name: 'no rows', meaning: 'The host answered: no row matches the query.' },
  failed: { name: 'failed', meaning: 'The host could not run the query.' },
  denylisted: {
    name: 'denylisted',
    meaning: 'osquery on the host refuses this query, because it was killed while running it before.',
  },
  sent: { name: 'running', meaning: 'The host is running the query and has not answered yet.' },
  pending: { name: 'waiting', meaning: 'The host has not fetched the query yet.' },
  expired: { name: 'no answer', meaning: 'The host fetched the query and had not answered by the deadline.' },
  offline: { name: 'offline', meaning: 'The host did not fetch the query before the deadline.' },
}

/** Whether the host may still answer in time. */
export const isOpen = (state: TargetState) => state === 'pending' || state === 'sent'

/** The answer of one host, from its history or live. Entries of older versions have no columns. */
export type QueryResult = Omit<HostResult, 'sql' | 'columns'> &
  Partial<Pick<ResultEntry, 'host_identifier' | 'hostname' | 'columns'>>

/** The columns of rows, in order of appearance. */
export function columnsOf(rows: readonly Row[], known: readonly string[] = []): string[] {
  const names = new Set(known)
  for (const row of rows) for (const name of Object.keys(row)) names.add(name)
  return [...names]
}
