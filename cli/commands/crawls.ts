import type { CrawlItem } from '../../src/contract/crawls'
import { clean } from '../../text/display'
import { formatCount } from '../../text/numbers'
import { type Context, defineCommand, JSON_OPTION } from '../command'
import { EXIT } from '../exit'
import { collect, limitOf } from '../list'
import { paintStatus } from '../output/job-lines'
import { table } from '../output/table'
import { age, span } from '../output/times'

const LIMIT_DEFAULT = 20

export const crawls = defineCommand({
  name: 'crawls',
  operands: '',
  count: [0, 0],
  summary: 'Lists crawls, newest first',
  options: {
    status: { type: 'string', value: 'a,b', help: 'pending, running, paused, completed, failed, cancelled' },
    q: { type: 'string', value: 'text', help: 'Search in the seeds' },
    limit: { type: 'string', value: 'n', help: `Maximum number of crawls (default ${LIMIT_DEFAULT})` },
    json: JSON_OPTION,
  },
  async run({ api, terminal }, { values: { json, limit, ...filter } }) {
    const max = limitOf(limit, LIMIT_DEFAULT)
    const { found, isMore } = await collect(max, page => api.get('/api/crawls', { ...filter, ...page }))
    if (json) for (const crawl of found) terminal.json(crawl)
    else if (found.length) terminal.write(tableOf(terminal, found))
    else terminal.note('No crawls match.')
    if (isMore) terminal.note(`Only the newest ${max} are shown; use --limit for more.`)
    return EXIT.ok
  },
})

function tableOf(terminal: Context['terminal'], found: readonly CrawlItem[]): string {
  const columns = [
    { title: 'ID' },
    { title: 'STATUS', paint: paintStatus(terminal) },
    { title: 'ENDED', widthMin: 6 },
    { title: 'PAGES', right: true },
    { title: 'FAILED', right: true },
    { title: 'BROKEN', right: true },
    { title: 'AGE', right: true },
    { title: 'RAN', right: true },
    { title: 'SEED', widthMin: 20 },
  ]
  const rows = found.map(crawl => [
    crawl.id,
    crawl.status,
    crawl.ended_because ?? crawl.phase ?? '',
    formatCount(crawl.fetched),
    formatCount(crawl.failed),
    crawl.findings ? formatCount(crawl.findings.broken_link ?? 0) : '',
    age(crawl.created_at),
    crawl.started_at ? span(crawl.started_at, crawl.ended_at) : '',
    clean(crawl.seeds[0] ?? '') + (crawl.seeds.length > 1 ? ` and ${crawl.seeds.length - 1} more` : ''),
  ])
  return table(columns, rows, terminal.width())
}
