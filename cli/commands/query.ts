import { clean } from '../../text/display'
import { type Context, defineCommand, JSON_OPTION } from '../command'
import { EXIT, Failure, wrongUsage } from '../exit'
import { FORMAT_OPTION, formatOf } from '../fleet/format'
import { targetsOf } from '../fleet/targets'
import { watchQuery } from '../fleet/watch'
import { collect } from '../list'
import { numberOf } from '../numbers'
import { PATIENCE_OPTION, patienceOf } from '../patience'
import { readText } from '../read-text'

const SAVED_MAX = 10_000

export const query = defineCommand({
  name: 'query',
  operands: '<sql> | @<file> | - | --saved <name>',
  count: [0, 1],
  summary: 'Queries hosts of the fleet and shows rows as they arrive',
  details: `Select hosts with --all, or with --host, --platform and --label, which may be repeated; a host that matches
several gets the query once. Rows go to stdout, progress to stderr. Ctrl-C leaves the query running.

  tailrace query "select name, version from os_version" --all
  tailrace query "select * from listening_ports where port = 22" --platform linux --label web --format csv > ports.csv
  tailrace query --saved "Disk encryption" --host web-07 --host web-08`,
  options: {
    all: { type: 'boolean', help: 'Every host' },
    host: { type: 'string', value: 'host', multiple: true, help: 'Id, identifier or name of a host' },
    platform: { type: 'string', value: 'name', multiple: true, help: 'As osquery names it, or linux' },
    label: { type: 'string', value: 'name', multiple: true, help: 'Name or id of a label' },
    saved: { type: 'string', value: 'name', help: 'Run a saved query, by default on the platforms it is for' },
    deadline: { type: 'string', value: 'seconds', help: 'How long to wait for answers (default 60)' },
    format: FORMAT_OPTION,
    json: { ...JSON_OPTION, help: 'Query, rows and hosts as events, one JSON object per line, for programs' },
    detach: { type: 'boolean', help: 'Print the id and exit; "tailrace results <id>" shows the answers' },
    reason: { type: 'string', value: 'text', help: 'Recorded with the job and in the audit log' },
    patience: PATIENCE_OPTION,
  },
  async run(context, { values, operands: [operand] }) {
    const { api, terminal } = context
    const view = { format: formatOf(values.format, values.json), patienceMs: patienceOf(values.patience) }
    const deadline_seconds = numberOf('--deadline', values.deadline)
    const { sql, platforms } = await querySourceOf(context, operand, values.saved)
    const targets = await targetsOf(api, values, platforms)
    const body = { sql, targets, deadline_seconds, reason: values.reason }
    const { query, links } = await api.post('/api/queries', { body })
    if (!values.detach) return watchQuery(context, query, view)
    if (values.json) terminal.json({ event: 'query', ...query, links })
    else terminal.write(`${query.id}\n`)
    return EXIT.ok
  },
})

interface QuerySource {
  sql: string
  platforms: string[]
}

async function querySourceOf(
  context: Context,
  operand: string | undefined,
  saved: string | undefined,
): Promise<QuerySource> {
  if ((operand === undefined) === (saved === undefined))
    throw wrongUsage('Give either SQL (or @file, or -) or --saved <name>. See: tailrace help query')
  return saved === undefined ? { sql: textOf(operand ?? ''), platforms: [] } : savedQuery(context, saved)
}

const textOf = (operand: string) => (operand === '-' || operand.startsWith('@') ? readText(operand) : operand)

async function savedQuery(context: Context, name: string): Promise<QuerySource> {
  const { found } = await collect(SAVED_MAX, page => context.api.get('/api/saved-queries', { q: name, ...page }))
  const query = found.find(each => each.name === name) ?? found.find(each => isSame(each.name, name))
  if (query) return query
  const near = found.slice(0, 5).map(each => `\n  ${clean(each.name)}`)
  const hint = near.length ? ` Did you mean:${near.join('')}` : ''
  throw new Failure(EXIT.missing, `There is no saved query "${clean(name)}".${hint}`)
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
