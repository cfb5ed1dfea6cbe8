import type { Column } from '../components/columns'

const COLUMNS: readonly Column[] = [
  { name: 'agent-status', title: 'Status', track: '84px' },
  { name: 'agent-name', title: 'Agent', track: 'minmax(150px, 1.4fr)', isMain: true },
  { name: 'agent-cpu', title: 'CPU', track: '150px' },
  { name: 'agent-memory', title: 'Memory', track: '170px' },
  { name: 'agent-containers', title: 'Running', track: '80px', isNumber: true },
  { name: 'agent-engine', title: 'Engine', track: 'minmax(90px, 0.7fr)' },
  { name: 'agent-seen', title: 'Last seen', track: '84px', isNumber: true },
]

/** Columns of the list of agents. */
export const AGENT_TABLE = { table: 'agents', columns: COLUMNS, controls: [] } as const
