import type { Column } from '../components/columns'

/** Columns of the list of alerts. */
const COLUMNS: readonly Column[] = [
  { name: 'alert-severity', title: 'Severity', track: '92px' },
  { name: 'alert-what', title: 'Alert', track: 'minmax(160px, 2fr)', isMain: true },
  { name: 'alert-labels', title: 'Labels', track: 'minmax(0, 1fr)' },
  { name: 'alert-state', title: 'State', track: '116px' },
  { name: 'alert-receivers', title: 'Receivers', track: '96px' },
  { name: 'alert-age', title: 'Since', track: '80px', isNumber: true },
]

export const ALERT_TABLE = { table: 'alerts', columns: COLUMNS, controls: ['18px'] } as const
