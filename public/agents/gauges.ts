import { formatBytes, formatCount } from '../../text/numbers'

export const formatRate = (bytes: number): string => `${formatBytes(bytes)}/s`
/** Percent, with a digit where it matters. */
export const formatCpu = (percent: number): string =>
  `${percent > 0 && percent < 10 ? percent.toFixed(1) : Math.round(percent)}%`
export const formatLoad = (load: number): string => load.toFixed(2)

/** A line of a chart. */
export interface GaugeLine {
  gauge: string
  name: string
  /** Name of a CSS custom property. */
  color: string
}

export interface GaugeChart {
  title: string
  lines: readonly GaugeLine[]
  format(value: number): string
  /** The gauge that is the most there can be, said in the title. */
  total?: string
}

const CPU = { title: 'CPU', lines: [{ gauge: 'cpu', name: 'CPU', color: '--running' }], format: formatCpu }
const MEMORY = { gauge: 'memory', name: 'memory', color: '--scheduled' }
const NETWORK = {
  title: 'Network',
  lines: [
    { gauge: 'rx', name: 'received', color: '--running' },
    { gauge: 'tx', name: 'sent', color: '--cancelled' },
  ],
  format: formatRate,
}
const DISK_IO = {
  title: 'Disk reads and writes',
  lines: [
    { gauge: 'read', name: 'read', color: '--completed' },
    { gauge: 'write', name: 'written', color: '--failed' },
  ],
  format: formatRate,
}

/** What the page of an agent shows of its machine. */
export const HOST_CHARTS: readonly GaugeChart[] = [
  CPU,
  {
    title: 'Memory',
    lines: [MEMORY, { gauge: 'swap', name: 'swap', color: '--failed' }],
    format: formatBytes,
    total: 'memory_total',
  },
  NETWORK,
  DISK_IO,
  { title: 'Load', lines: [{ gauge: 'load1', name: '1 min', color: '--accent' }], format: formatLoad },
  {
    title: 'Disk',
    lines: [{ gauge: 'disk', name: 'used', color: '--cancelled' }],
    format: formatBytes,
    total: 'disk_total',
  },
]

/** What the page of a container shows. */
export const CONTAINER_CHARTS: readonly GaugeChart[] = [
  { ...CPU, title: 'CPU, of one core' },
  { title: 'Memory', lines: [MEMORY], format: formatBytes, total: 'memory_limit' },
  NETWORK,
  DISK_IO,
  { title: 'Processes', lines: [{ gauge: 'pids', name: 'processes', color: '--accent' }], format: formatCount },
]

export const PERIODS = [
  { name: '15m', ms: 15 * 60_000, title: '15 minutes' },
  { name: '1h', ms: 3_600_000, title: 'hour' },
  { name: '6h', ms: 6 * 3_600_000, title: '6 hours' },
  { name: '24h', ms: 86_400_000, title: '24 hours' },
  { name: '7d', ms: 7 * 86_400_000, title: '7 days' },
] as const
export type Period = (typeof PERIODS)[number]

/** The period in the address of a page. */
export const periodOf = (search: string): Period => {
  const name = new URLSearchParams(search).get('period')
  return PERIODS.find(period => period.name === name) ?? PERIODS[0]
}
