import type { MonitorItem } from '../../src/contract/monitors'
import { clean } from '../../text/display'
import { counted } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import type { Context } from '../command'
import { EXIT } from '../exit'
import { collect, limitOf } from '../list'
import { table } from '../output/table'
import type { Color } from '../output/terminal'
import { age } from '../output/times'

export const LIMIT_DEFAULT = 500

export const STATUS_COLORS: Record<string, Color> = { up: 'green', down: 'red', pending: 'yellow', paused: 'dim' }

export interface ListOptions {
  status?: string
  type?: string
  label?: string[]
  q?: string
  limit?: string
  json?: boolean
}

/** Lists monitors by name. */
export async function listMonitors(context: Context, { json, limit, ...filter }: ListOptions): Promise<number> {
  const { api, terminal } = context
  const max = limitOf(limit, LIMIT_DEFAULT)
  const { found, isMore } = await collect(max, page => api.get('/api/monitors', { ...filter, ...page }))
  if (json) for (const monitor of found) terminal.json(monitor)
  else if (found.length) terminal.write(tableOf(context, found))
  else terminal.note('No monitors match.')
  if (isMore) terminal.note(`Only the first ${max} are shown; use --limit for more.`)
  return EXIT.ok
}

function tableOf({ terminal }: Context, found: readonly MonitorItem[]): string {
  const columns = [
    { title: 'MONITOR', widthMin: 12 },
    { title: 'STATUS', paint: (text: string) => terminal.paint(STATUS_COLORS[text.trim()], text) },
    { title: 'SINCE', right: true },
    { title: 'TYPE' },
    { title: 'LATENCY', right: true },
    { title: 'CHECKED', right: true },
    { title: 'ID' },
    { title: 'TARGET', widthMin: 12 },
    { title: 'ERROR', widthMin: 8 },
    { title: 'LABELS', widthMin: 8 },
  ]
  const rows = found.map(monitor => [
    clean(monitor.name),
    monitor.status,
    age(monitor.status_since),
    monitor.type,
    monitor.latency_ms === null ? '' : formatDuration(monitor.latency_ms),
    monitor.last_checked_at === null ? '' : age(monitor.last_checked_at),
    monitor.id,
    clean(monitor.target ?? ''),
    clean(monitor.error?.message ?? ''),
    clean(labelText(monitor.labels)),
  ])
  const down = found.filter(({ status }) => status === 'down').length
  const summary = `${counted(found.length, 'monitor')}${down ? `, ${down} down` : ''}`
  return `${table(columns, rows, terminal.width())}${terminal.isColored ? `${summary}\n` : ''}`
}

export const labelText = (labels: MonitorItem['labels']) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
