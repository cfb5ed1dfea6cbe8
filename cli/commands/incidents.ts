import type { IncidentItem } from '../../src/contract/incidents'
import { clean } from '../../text/display'
import { SEVERITY_COLORS } from '../alerts/incident'
import { type Context, defineCommand, JSON_OPTION } from '../command'
import { EXIT } from '../exit'
import { collect, limitOf } from '../list'
import { table } from '../output/table'
import { age } from '../output/times'

const LIMIT_DEFAULT = 50

export const incidents = defineCommand({
  name: 'incidents',
  operands: '',
  count: [0, 0],
  summary: 'Lists incidents, the newest first: those that are not resolved, unless --status says otherwise',
  options: {
    status: { type: 'string', value: 'status', help: 'open, muted, acknowledged or resolved; several with commas' },
    severity: { type: 'string', value: 'name', help: 'critical, warning or info' },
    q: { type: 'string', value: 'text', help: 'Search in title and labels' },
    limit: { type: 'string', value: 'n', help: `Maximum number of incidents (default ${LIMIT_DEFAULT})` },
    json: JSON_OPTION,
  },
  async run(context, { values }) {
    const { json, limit, ...given } = values
    const max = limitOf(limit, LIMIT_DEFAULT)
    const filter = { status: 'open,muted,acknowledged', ...given }
    const { found, isMore } = await collect(max, page => context.api.get('/api/incidents', { ...filter, ...page }))
    const { terminal } = context
    if (json) for (const incident of found) terminal.json(incident)
    else if (found.length) terminal.write(tableOf(context, found))
    else terminal.note('There are no such incidents.')
    if (isMore) terminal.note(`Only the first ${max} are shown; use --limit for more.`)
    return EXIT.ok
  },
})

function tableOf({ terminal }: Context, found: readonly IncidentItem[]): string {
  const columns = [
    { title: '#', right: true },
    { title: 'INCIDENT', widthMin: 16 },
    { title: 'SEVERITY', paint: (text: string) => terminal.paint(SEVERITY_COLORS[text.trim()], text) },
    { title: 'STATUS' },
    { title: 'FIRING', right: true },
    { title: 'OPENED', right: true },
    { title: 'WHO', widthMin: 6 },
    { title: 'ID' },
  ]
  const rows = found.map(({ number, title, severity, status, firing, alerts, opened_at, id, ...people }) => [
    String(number),
    clean(title),
    severity ?? '',
    status,
    `${firing}/${alerts}`,
    age(opened_at),
    clean((people.assignee ?? people.acknowledged_by)?.name ?? ''),
    id,
  ])
  return table(columns, rows, terminal.width())
}
