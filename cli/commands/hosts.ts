import type { Host } from '../../src/contract/hosts'
import { clean } from '../../text/display'
import { type Context, defineCommand, JSON_OPTION } from '../command'
import { EXIT } from '../exit'
import { collect, limitOf } from '../list'
import { HOST_COLORS, nameOf } from '../output/host-lines'
import { table } from '../output/table'
import { age } from '../output/times'

const LIMIT_DEFAULT = 100

export const hosts = defineCommand({
  name: 'hosts',
  operands: '',
  count: [0, 0],
  summary: 'Lists hosts of the fleet by name',
  options: {
    status: { type: 'string', value: 'status', help: 'online, offline or missing' },
    platform: { type: 'string', value: 'name', help: 'As osquery names it, or linux for every distribution' },
    label: { type: 'string', value: 'name', help: 'Name or id of a label' },
    q: { type: 'string', value: 'text', help: 'Search in name, identifier, serial, operating system and id' },
    sort: {
      type: 'string',
      value: 'field',
      help: 'Such as platform, or --sort=-last_seen_at for descending order (default hostname)',
    },
    limit: { type: 'string', value: 'n', help: `Maximum number of hosts (default ${LIMIT_DEFAULT})` },
    json: JSON_OPTION,
  },
  async run(context, { values }) {
    const { json, limit, ...filter } = values
    const max = limitOf(limit, LIMIT_DEFAULT)
    const { found, isMore } = await collect(max, page => context.api.get('/api/hosts', { ...filter, ...page }))
    const { terminal } = context
    if (json) for (const host of found) terminal.json(host)
    else if (found.length) terminal.write(tableOf(context, found))
    else terminal.note('No hosts match.')
    if (isMore) terminal.note(`Only the first ${max} are shown; use --limit for more.`)
    return EXIT.ok
  },
})

function tableOf({ terminal }: Context, found: readonly Host[]): string {
  const columns = [
    { title: 'HOST', widthMin: 12 },
    { title: 'STATUS', paint: (text: string) => terminal.paint(HOST_COLORS[text.trim()], text) },
    { title: 'SEEN', right: true },
    { title: 'ID' },
    { title: 'SYSTEM', widthMin: 10 },
    { title: 'OSQUERY' },
    { title: 'LABELS', widthMin: 8 },
  ]
  const rows = found.map(host => [
    clean(nameOf(host)),
    host.status,
    host.status === 'online' ? 'now' : age(host.last_seen_at),
    host.id,
    clean([host.os_name || host.platform, host.os_version].filter(Boolean).join(' ')),
    clean(host.osquery_version),
    clean(host.labels.map(({ name }) => name).join(', ')),
  ])
  return table(columns, rows, terminal.width())
}
