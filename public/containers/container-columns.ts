import type { Column } from '../components/columns'

const COLUMNS: readonly Column[] = [
  { name: 'container-status', title: 'Status', track: '96px' },
  { name: 'container-name', title: 'Container', track: 'minmax(150px, 1.3fr)', isMain: true },
  { name: 'container-agent', title: 'Agent', track: 'minmax(90px, 0.6fr)' },
  { name: 'container-cpu', title: 'CPU', track: '150px' },
  { name: 'container-memory', title: 'Memory', track: '170px' },
  { name: 'container-image', title: 'Image', track: 'minmax(0, 1fr)' },
  { name: 'container-restarts', title: 'Restarts', track: '70px', isNumber: true },
  { name: 'container-since', title: 'Since', track: '84px', isNumber: true },
]

/** Columns of lists of containers. */
export const CONTAINER_TABLE = { table: 'containers', columns: COLUMNS, controls: [] } as const

/** Of the containers of one agent. */
export const OWN_TABLE = {
  table: 'own-containers',
  columns: COLUMNS.filter(({ name }) => name !== 'container-agent'),
  controls: [],
} as const
