import { type Context, defineCommand, JSON_OPTION } from '../command'
import { FAIL_ON_OPTION, failOnOf } from '../crawls/fail-on'
import { crawlBody, SETTINGS_OPTIONS } from '../crawls/settings'
import { type CrawlView, watchCrawl } from '../crawls/watch'
import { EXIT } from '../exit'
import { PATIENCE_OPTION, patienceOf } from '../patience'

const SEEDS_MAX = 1_000
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export const crawl = defineCommand({
  name: 'crawl',
  operands: '<url>... | <id>',
  count: [1, SEEDS_MAX],
  summary: 'Crawls a site and reports broken links; follows a crawl by its id',
  details: `Broken links go to stdout, each with the pages that have it; the log and progress go to stderr. Ctrl-C cancels
the crawl, a second one leaves it to end by itself.

  tailrace crawl https://example.org/ --pages 5000 --exclude "/archive/"
  tailrace crawl https://staging.example.org/ --fail-on broken --junit report.xml
  tailrace crawl https://example.org/docs/ --scope prefix --delay 0 --concurrency 8 --fail-on new-broken,failed,limit`,
  options: {
    ...SETTINGS_OPTIONS,
    'fail-on': FAIL_ON_OPTION,
    junit: { type: 'string', value: 'file', help: 'Write a report for CI systems into this file' },
    level: {
      type: 'string',
      value: 'level',
      help: 'Log lines from this level: debug, info (pages), warn (default), error',
    },
    json: { ...JSON_OPTION, help: 'Crawl, events and broken links, one JSON object per line, for programs' },
    detach: { type: 'boolean', help: 'Print the id and exit; "tailrace crawl <id>" follows it' },
    patience: PATIENCE_OPTION,
  },
  async run(context, { values, operands }) {
    const { terminal } = context
    const view: CrawlView = {
      isJson: values.json === true,
      level: values.level ?? 'warn',
      failOn: failOnOf(values['fail-on']),
      junit: values.junit,
      patienceMs: patienceOf(values.patience),
    }
    const crawl = await crawlOf(context, operands, values)
    if (!values.detach) return watchCrawl(context, crawl, view)
    if (values.json) terminal.json({ event: 'crawl', ...crawl })
    else terminal.write(`${crawl.id}\n`)
    return EXIT.ok
  },
})

async function crawlOf({ api }: Context, operands: readonly string[], values: Parameters<typeof crawlBody>[1]) {
  const [first = ''] = operands
  if (operands.length === 1 && ID.test(first)) return api.get('/api/crawls/{id}', { id: first.toLowerCase() })
  const { crawl } = await api.post('/api/crawls', { body: crawlBody(operands, values) })
  return crawl
}
