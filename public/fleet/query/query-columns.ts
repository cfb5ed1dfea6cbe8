import type { Column } from '../../components/columns'

const COLUMNS: readonly Column[] = [
  { name: 'query-outcome', title: 'Outcome', track: 'minmax(0, 1fr)' },
  { name: 'query-subject', title: 'Query', track: 'minmax(120px, 2.4fr)', isMain: true },
  { name: 'query-progress', title: 'Answers', track: '200px' },
  { name: 'query-targets', title: 'Targets', track: 'minmax(0, 130px)' },
  { name: 'query-who', title: 'Started by', track: 'minmax(0, 140px)' },
  { name: 'query-time', title: 'Created', track: '80px', isNumber: true },
]

/** The list of queries. Its layout is remembered under its name. */
export const QUERY_TABLE = { table: 'queries', columns: COLUMNS }
