import { useEffect } from 'preact/hooks'
import type { CrawlHost } from '../../src/contract/crawl-reports'
import type { Crawl } from '../../src/contract/crawls'
import { counted, formatCount } from '../../text/numbers'
import { now } from '../clock'
import { Listing, number } from '../components/listing'
import { Moment } from '../components/time'
import { hasEnded } from '../jobs/job'
import { settingWords } from '../monitors/words'
import { useInterval } from '../use-interval'
import { usePagedList } from '../use-paged-list'
import { ROBOTS_WORDS } from './words'

const PAGE_SIZE = 100
/** While the crawl goes on, its hosts are read again this often. */
const REFRESH_MS = 2_000
const COLUMNS = [
  'Host',
  'robots.txt',
  'Sitemaps',
  number('Delay'),
  number('Fetched'),
  number('Failed'),
  number('Queued'),
  'Next request',
]

/** How each host is treated: its robots.txt, its queue, and when the next request is due. */
export function HostsTab({ crawl }: { crawl: Crawl }) {
  const list = usePagedList('/api/crawls/{id}/hosts', {
    params: { id: crawl.id },
    idOf: ({ host }) => host,
    pageSize: PAGE_SIZE,
  })
  const isOver = hasEnded(crawl.status)
  // Unlike other lists this one is about the moment: when the next request is due changes between two pages as well.
  const refresh = () => {
    if (list.items.peek() !== null) void list.refresh()
  }
  useInterval(REFRESH_MS, () => {
    if (!isOver) refresh()
  })
  useEffect(refresh, [isOver])
  return (
    <Listing
      name="Hosts"
      columns={COLUMNS}
      list={list}
      empty="No hosts yet"
      row={host => <Row key={host.host} host={host} isOver={isOver} />}
    />
  )
}

function Row({
  host: { host, robots, delay_ms, queued, fetched, failed, next_fetch_at },
  isOver,
}: {
  host: CrawlHost
  isOver: boolean
}) {
  return (
    <tr>
      <td class="wide">{host}</td>
      <td>{robots === null ? <span class="hint">not needed</span> : <Robots robots={robots} />}</td>
      <td title={robots?.sitemaps.join('\n')}>
        {robots && robots.sitemaps.length > 0 && counted(robots.sitemaps.length, 'sitemap')}
      </td>
      <td class="number">{delay_ms !== null && settingWords(delay_ms)}</td>
      <td class="number">{formatCount(fetched)}</td>
      <td class="number">{formatCount(failed)}</td>
      <td class="number">{formatCount(queued)}</td>
      <td>{!isOver && next_fetch_at && <Due at={next_fetch_at} />}</td>
    </tr>
  )
}

function Robots({
  robots: { outcome, status_code, detail, crawl_delay_seconds },
}: {
  robots: NonNullable<CrawlHost['robots']>
}) {
  const { text, meaning } = ROBOTS_WORDS[outcome]
  const said = [
    status_code === null ? detail : String(status_code),
    crawl_delay_seconds && `delay ${settingWords(crawl_delay_seconds * 1_000)}`,
  ]
  return (
    <span title={[meaning, detail].filter(Boolean).join(' ')}>
      <span class={outcome === 'unreachable' ? 'is-bad' : undefined}>{text}</span>{' '}
      <span class="hint">{said.filter(Boolean).join(', ')}</span>
    </span>
  )
}

function Due({ at }: { at: string }) {
  const ms = Date.parse(at) - now.value
  return <Moment time={at}>{ms < 500 ? 'now' : `in ${settingWords(Math.ceil(ms / 1_000) * 1_000)}`}</Moment>
}
