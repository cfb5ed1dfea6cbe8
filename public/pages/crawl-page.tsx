import type { FunctionComponent } from 'preact'
import '../css/crawls.page.css'
import type { Crawl } from '../../src/contract/crawls'
import { formatCount } from '../../text/numbers'
import { Empty, Failure } from '../components/empty'
import { TabLinks } from '../components/tab-links'
import { BrokenTab } from '../crawls/broken-tab'
import { CompareTab } from '../crawls/compare-tab'
import { CrawlActions } from '../crawls/crawl-actions'
import { CrawlProgress } from '../crawls/crawl-progress'
import { FindingsTab } from '../crawls/findings-tab'
import { HostsTab } from '../crawls/hosts-tab'
import { loadedLater } from '../crawls/loaded-later'
import { OverviewTab } from '../crawls/overview-tab'
import { PageDialog } from '../crawls/page-dialog'
import { PagesTab } from '../crawls/pages-tab'
import { TABS, type TabName, tabAddress, tabOf } from '../crawls/tabs'
import { TreeTab } from '../crawls/tree-tab'
import { useCrawl } from '../crawls/use-crawl'
import { WhyTab } from '../crawls/why-tab'
import { nameOfSeeds } from '../crawls/words'
import { importAgain } from '../import-again'
import { search } from '../router'
import { useTitle } from '../use-title'

/** A crawl: how far it is, and what it has found. */
export default function CrawlPage({ id }: { id: string }) {
  const { crawl, problem, isMissing, read, take } = useCrawl(id)
  if (crawl.value) return <CrawlView crawl={crawl.value} problem={problem.value} onChanged={take} />
  if (isMissing.value) return <NoSuchCrawl />
  return (
    <div class="page is-loading" aria-busy={problem.value === ''}>
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
    </div>
  )
}

function NoSuchCrawl() {
  useTitle('No such crawl')
  return (
    <div class="page">
      <Empty title="No such crawl">
        <p>It was deleted, or its address is incomplete.</p>
        <a href="/crawls">All crawls</a>
      </Empty>
    </div>
  )
}

const MARKS: Record<Crawl['status'], string> = {
  ...{ scheduled: '◌', pending: '◌', running: '▶', paused: '‖' },
  ...{ completed: '✓', failed: '✕', cancelled: '✕' },
}

const LogTab = loadedLater(async () => (await importAgain(() => import('../crawls/log-tab'))).LogTab, 'log')

const VIEWS: Record<TabName, FunctionComponent<{ crawl: Crawl }>> = {
  ...{ overview: OverviewTab, log: LogTab, pages: PagesTab, broken: BrokenTab, findings: FindingsTab },
  ...{ hosts: HostsTab, tree: TreeTab, compare: CompareTab, why: WhyTab },
}

interface CrawlViewProps {
  crawl: Crawl
  /** Why it could not be read again. */
  problem: string
  onChanged(crawl: Crawl): void
}

function CrawlView({ crawl, problem, onChanged }: CrawlViewProps) {
  const { id, seeds, status, findings } = crawl
  const name = nameOfSeeds(seeds)
  useTitle(`${MARKS[status]} ${name}`)
  const tab = tabOf(search.value)
  const page = new URLSearchParams(search.value).get('page') ?? ''
  const View = VIEWS[tab]
  const tabs = TABS.map(
    ([each, label]) =>
      [each, each === 'broken' && findings ? `${label} ${formatCount(findings.broken_link)}` : label] as const,
  )
  return (
    <div class="page crawl-page">
      <header class="page-head">
        <div class="job-title">
          <p class="crumbs">
            <a href="/crawls">Crawls</a>
          </p>
          <h1 title={seeds.join('\n')}>{name}</h1>
        </div>
        <CrawlActions crawl={crawl} onChanged={onChanged} />
      </header>
      {problem !== '' && <Failure message={problem} />}
      <CrawlProgress crawl={crawl} />
      <TabLinks tabs={tabs} current={tab} hrefOf={each => tabAddress(id, each)} />
      <View key={id} crawl={crawl} />
      {page !== '' && <PageDialog key={page} crawlId={id} pageKey={page} />}
    </div>
  )
}
