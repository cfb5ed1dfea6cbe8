import type { Job } from '../../src/contract/jobs'
import { clean } from '../../text/display'
import { type Context, defineCommand, JSON_OPTION } from '../command'
import { EXIT } from '../exit'
import { collect, limitOf } from '../list'
import { paintStatus, reasonOf } from '../output/job-lines'
import { table } from '../output/table'
import { age, since, span } from '../output/times'

const LIMIT_DEFAULT = 20

export const jobs = defineCommand({
  name: 'jobs',
  operands: '',
  count: [0, 0],
  summary: 'Lists jobs, newest first',
  options: {
    status: { type: 'string', value: 'a,b', help: 'scheduled, pending, running, completed, failed, cancelled' },
    kind: { type: 'string', value: 'a,b', help: 'Such as health-check' },
    queue: { type: 'string', value: 'a,b', help: 'Such as demo' },
    q: { type: 'string', value: 'text', help: 'Search in kind, id, input, error and reason' },
    since: { type: 'string', value: 'time', help: 'Created at or after: 30m, 2h, 7d, or RFC 3339' },
    limit: { type: 'string', value: 'n', help: `Maximum number of jobs (default ${LIMIT_DEFAULT})` },
    json: JSON_OPTION,
  },
  async run(context, { values }) {
    const { json, limit, ...filter } = values
    const max = limitOf(limit, LIMIT_DEFAULT)
    const query = { ...filter, ...(filter.since !== undefined && { since: since(filter.since) }) }
    const { found, isMore } = await collect(max, page => context.api.get('/api/jobs', { ...query, ...page }))
    const { terminal } = context
    if (json) for (const job of found) terminal.json(job)
    else if (found.length) terminal.write(tableOf(context, found))
    else terminal.note('No jobs match.')
    if (isMore) terminal.note(`Only the newest ${max} are shown; use --limit for more.`)
    return EXIT.ok
  },
})

function tableOf({ terminal }: Context, found: readonly Job[]): string {
  const columns = [
    { title: 'ID' },
    { title: 'STATUS', paint: paintStatus(terminal) },
    { title: 'KIND', widthMin: 6 },
    { title: 'AGE', right: true },
    { title: 'RAN', right: true },
    { title: 'TRY', right: true },
    { title: 'WHY', widthMin: 8 },
  ]
  const rows = found.map(job => [
    job.id,
    job.status,
    clean(job.kind),
    age(job.created_at),
    span(job.started_at, job.ended_at),
    `${job.attempt}/${job.max_attempts}`,
    clean(reasonOf(job)),
  ])
  return table(columns, rows, terminal.width())
}
