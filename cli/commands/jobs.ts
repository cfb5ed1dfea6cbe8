import type { Job } from '../../src/contract/jobs'
import { clean } from '../../text/display'
import { subjectOf } from '../../text/subject'
import { type Context, defineCommand, JSON_OPTION } from '../command'
import { EXIT } from '../exit'
import { collect, limitOf } from '../list'
import { markedStatus, paintMarked, ranText } from '../output/job-lines'
import { table } from '../output/table'
import { age, since } from '../output/times'

const LIMIT_DEFAULT = 20

export const jobs = defineCommand({
  name: 'jobs',
  operands: '',
  count: [0, 0],
  summary: 'Lists jobs, newest first',
  options: {
    status: { type: 'string', value: 'a,b', help: 'scheduled, pending, running, completed, failed, cancelled' },
    outcome: { type: 'string', value: 'a,b', help: 'What came of them: ok, warn, bad' },
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
    { title: 'STATUS', paint: paintMarked(terminal) },
    { title: 'OUTCOME', widthMin: 12 },
    { title: 'TITLE', widthMin: 12 },
    { title: 'AGE', right: true },
    { title: 'RAN', right: true },
    { title: 'TRY', right: true },
    { title: 'KIND', widthMin: 6 },
  ]
  const rows = found.map(job => [
    job.id,
    markedStatus(job),
    clean(job.outcome?.text ?? ''),
    clean(subjectOf(job)),
    age(job.created_at),
    ranText(job),
    `${job.attempt}/${job.max_attempts}`,
    clean(job.kind),
  ])
  return table(columns, rows, terminal.width())
}
