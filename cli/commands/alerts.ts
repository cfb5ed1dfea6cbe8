import type { AlertItem } from '../../src/contract/alerts'
import { clean } from '../../text/display'
import { SEVERITY_COLORS } from '../alerts/incident'
import { matcherOf, matcherText } from '../alerts/matcher'
import { type Context, defineCommand, JSON_OPTION } from '../command'
import { EXIT } from '../exit'
import { collect, limitOf } from '../list'
import { table } from '../output/table'
import { age } from '../output/times'

const LIMIT_DEFAULT = 100

export const alerts = defineCommand({
  name: 'alerts',
  operands: '[matcher...]',
  count: [0, 50],
  summary: 'Lists alerts, the newest first: those that fire, also if they are muted',
  details: `A matcher is name=value, with !=, =~ or !~ for other conditions; all of them must hold.
  tailrace alerts severity=critical 'job=~"node|db"'`,
  options: {
    state: { type: 'string', value: 'state', help: 'firing, suppressed or resolved; several with commas' },
    source: { type: 'string', value: 'source', help: 'Such as jobs, fleet or api (Prometheus)' },
    q: { type: 'string', value: 'text', help: 'Search in labels and annotations' },
    since: { type: 'string', value: 'time', help: 'Started after this time or in this period: 30m, 24h, 7d' },
    limit: { type: 'string', value: 'n', help: `Maximum number of alerts (default ${LIMIT_DEFAULT})` },
    json: JSON_OPTION,
  },
  async run(context, { values, operands }) {
    const { json, limit, ...given } = values
    const max = limitOf(limit, LIMIT_DEFAULT)
    const filter = { ...given, filter: operands.map(text => matcherText(matcherOf(text))) }
    const { found, isMore } = await collect(max, page => context.api.get('/api/alerts', { ...filter, ...page }))
    const { terminal } = context
    if (json) for (const alert of found) terminal.json(alert)
    else if (found.length) terminal.write(tableOf(context, found))
    else terminal.note('No alerts match.')
    if (isMore) terminal.note(`Only the first ${max} are shown; use --limit for more.`)
    return EXIT.ok
  },
})

function tableOf({ terminal }: Context, found: readonly AlertItem[]): string {
  const columns = [
    { title: 'ALERT', widthMin: 12 },
    { title: 'SEVERITY', paint: (text: string) => terminal.paint(SEVERITY_COLORS[text.trim()], text) },
    { title: 'STATE' },
    { title: 'SINCE', right: true },
    { title: 'LABELS', widthMin: 16 },
    { title: 'SUMMARY', widthMin: 12 },
    { title: 'FINGERPRINT' },
  ]
  const rows = found.map(({ labels, annotations, state, starts_at, fingerprint, ...muted }) => [
    clean(labels.alertname ?? ''),
    clean(labels.severity ?? ''),
    state === 'suppressed' ? mutedBy(muted) : state,
    age(starts_at),
    clean(labelText(labels)),
    clean(annotations.summary ?? ''),
    fingerprint,
  ])
  return table(columns, rows, terminal.width())
}

function mutedBy({ silenced_by, inhibited_by }: Pick<AlertItem, 'silenced_by' | 'inhibited_by'>): string {
  if (silenced_by.length) return 'silenced'
  return inhibited_by.length ? 'inhibited' : 'maintenance'
}

const labelText = (labels: AlertItem['labels']) =>
  Object.entries(labels)
    .filter(([name]) => name !== 'alertname' && name !== 'severity')
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
