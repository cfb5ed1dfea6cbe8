import type { ReadonlySignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import '../css/crawls.page.css'
import type { CrawlItem } from '../../src/contract/crawls'
import { CRAWL_STATUSES } from '../../src/contract/values'
import { ColumnMenu, ColumnsHead, columnsLayout } from '../components/columns'
import { FilterSelect } from '../components/filter-select'
import { ListStatus, LoadMore } from '../components/list-status'
import { PageFrame } from '../components/page-frame'
import { TypedFilter } from '../components/typed-filter'
import { WindowRows } from '../components/window-rows'
import { CRAWL_TABLE } from '../crawls/crawl-columns'
import { CrawlRow } from '../crawls/crawl-row'
import { crawlFiltersOf, crawlSearchOf } from '../crawls/filters'
import { NoCrawls } from '../crawls/no-crawls'
import { useCrawls } from '../crawls/use-crawls'
import { useKeys } from '../keys'
import { navigate, search, setFilters } from '../router'
import { isOperator } from '../session'
import { useMedia } from '../use-media'
import { useRowKeys } from '../use-row-keys'
import { SavedViews } from '../views/saved-views'

const VIEWS = [
  { name: 'All crawls', search: '' },
  { name: 'Running', search: '?status=running' },
]
/** Also in css/crawls.page.css. */
const ROW_PX = 32
const PHONE_ROW_PX = 60

/** All crawls, live. */
export default function CrawlsPage() {
  const filters = useMemo(() => crawlFiltersOf(search.value), [search.value])
  const list = useCrawls(filters)
  const current = useRowKeys(list.items, { name: 'crawl', path: '/crawls' })
  useKeys({ c: () => isOperator.value && navigate('/crawls/new') })
  const shown = list.items.value
  const isFiltered = crawlSearchOf(filters) !== ''
  return (
    <PageFrame
      page="crawls"
      actions={
        isOperator.value && (
          <>
            <a class="button" href="/crawls/robots">
              Test a robots.txt
            </a>
            <a class="button primary" href="/crawls/new" title="New crawl (c)">
              New crawl
            </a>
          </>
        )
      }
    >
      <SavedViews page="crawls" path="/crawls" builtIn={VIEWS} search={crawlSearchOf(filters)}>
        <ColumnMenu table={CRAWL_TABLE.table} columns={CRAWL_TABLE.columns} />
      </SavedViews>
      <search class="filters">
        <TypedFilter
          hasShortcut
          label="Search crawls"
          hint="Start address"
          value={filters.q}
          onTyped={q => setFilters({ q })}
        />
        <FilterSelect
          label="Status"
          all="All statuses"
          value={filters.status}
          options={CRAWL_STATUSES}
          onChange={status => setFilters({ status })}
        />
        {isFiltered && (
          <a class="button" href="/crawls">
            Clear
          </a>
        )}
      </search>
      <ListStatus list={list} empty={<NoCrawls isFiltered={isFiltered} />} />
      {shown !== null && shown.length > 0 && <List crawls={shown} current={current} />}
      <LoadMore list={list} />
    </PageFrame>
  )
}

function List({ crawls, current }: { crawls: readonly CrawlItem[]; current: ReadonlySignal<string> }) {
  const isPhone = useMedia('(max-width: 620px)')
  return (
    <div class="crawls columns" {...columnsLayout(CRAWL_TABLE)}>
      <div class="crawls-head">
        <ColumnsHead {...CRAWL_TABLE} />
      </div>
      <WindowRows
        name="Crawls"
        items={crawls}
        rowPx={isPhone ? PHONE_ROW_PX : ROW_PX}
        idOf={({ id }) => id}
        row={crawl => <CrawlRow crawl={crawl} current={current} />}
      />
    </div>
  )
}
