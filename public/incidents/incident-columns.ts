import type { Column } from '../components/columns'

/** Columns of the list of incidents. */
const COLUMNS: readonly Column[] = [
  { name: 'incident-severity', title: 'Severity', track: '92px' },
  { name: 'incident-what', title: 'Incident', track: 'minmax(160px, 1fr)', isMain: true },
  { name: 'incident-status', title: 'Status', track: '118px' },
  { name: 'incident-alerts', title: 'Firing', track: '72px', isNumber: true },
  { name: 'incident-who', title: 'Who', track: '130px' },
  { name: 'incident-next', title: 'Next look', track: '92px', isNumber: true },
  { name: 'incident-age', title: 'Opened', track: '84px', isNumber: true },
]

export const INCIDENT_TABLE = { table: 'incidents', columns: COLUMNS } as const
