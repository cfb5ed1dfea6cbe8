import type { Column } from '../components/columns'

const COLUMNS: readonly Column[] = [
  { name: 'monitor-status', title: 'Status', track: '88px' },
  { name: 'monitor-name', title: 'Monitor', track: 'minmax(160px, 1.6fr)', isMain: true },
  { name: 'monitor-recent', title: 'Recent checks', track: '126px' },
  { name: 'monitor-latency', title: 'Latency', track: '76px', isNumber: true },
  { name: 'monitor-certificate', title: 'Certificate', track: '84px' },
  { name: 'monitor-labels', title: 'Labels', track: 'minmax(0, 0.8fr)' },
  { name: 'monitor-type', title: 'Type', track: '52px' },
  { name: 'monitor-checked', title: 'Checked', track: '84px', isNumber: true },
]

/** Columns of the list of monitors. */
export const MONITOR_TABLE = { table: 'monitors', columns: COLUMNS, controls: ['20px'] } as const
