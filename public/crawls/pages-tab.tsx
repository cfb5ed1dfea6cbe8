import { useMemo } from 'preact/hooks'
import type { CrawledPage } from '../../src/contract/crawl-pages'
import type { Crawl } from '../../src/contract/crawls'
import { PAGE_OUTCOMES } from '../../src/contract/values'
import { formatBytes } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { FilterSelect } from '../components/filter-select'
import { Listing, number } from '../components/listing'
import { TypedFilter } from '../components/typed-filter'
import { search, setFilters } from '../router'
import { usePagedList } from '../use-paged-list'
import { byCount } from './counts'
import { Fresh } from './fresh'
import { isFiltered, pageCountOf, pageParams } from './page-filters'
import { PageLink } from './page-link'
import { PageOutcomeMark } from './page-outcome'
import { pageFiltersOf, tabAddress } from './tabs'
import { OUTCOME_WORDS, reasonWords } from './words'

const SORTS = [
  { value: '-duration_ms', name: 'Slowest first' },
  { value: '-bytes', name: 'Largest first' },
  { value: 'depth', name: 'By depth' },
  { value: 'fetched_at', name: 'As they were fetched' },
]
const COLUMNS = ['Outcome', 'Page', 'Title or reason', number('Depth'), 'Type', number('Size'), number('Took')]
const PAGE_SIZE = 100

/** The URLs of a crawl: fetched, failed and skipped. */
export function PagesTab({ crawl }: { crawl: Crawl }) {
  const filters = useMemo(() => pageFiltersOf(search.value), [search.value])
  const list = usePagedList('/api/crawls/{id}/pages', {
    params: { id: crawl.id, ...pageParams(filters) },
    idOf: ({ key }) => key,
    pageSize: PAGE_SIZE,
  })
  const reasons = [...byCount(crawl.failed_by), ...byCount(crawl.skipped)].map(([reason]) => reason)
  return (
    <>
      <search class="filters">
        <TypedFilter
          hasShortcut
          label="Search pages"
          hint="Address or title"
          value={filters.q}
          onTyped={q => setFilters({ q })}
        />
        <FilterSelect
          label="Outcome"
          all="All outcomes"
          value={filters.status}
          options={PAGE_OUTCOMES.map(value => ({ value, name: OUTCOME_WORDS[value] }))}
          onChange={status => setFilters({ status })}
        />
        <FilterSelect
          label="Reason"
          all="All reasons"
          value={filters.reason}
          options={[...new Set(reasons)].map(value => ({ value, name: reasonWords(value) }))}
          onChange={reason => setFilters({ reason })}
        />
        <TypedFilter
          isNarrow
          label="Status code"
          hint="Code"
          value={filters.status_code}
          onTyped={code => setFilters({ status_code: code })}
        />
        <FilterSelect
          label="Order"
          all="By address"
          value={filters.sort}
          options={SORTS}
          onChange={sort => setFilters({ sort })}
        />
        {isFiltered(filters) && (
          <a class="button" href={tabAddress(crawl.id, 'pages', { sort: filters.sort })}>
            Clear
          </a>
        )}
        <Fresh crawl={crawl} list={list} count={pageCountOf(filters, crawl)} />
      </search>
      {filters.prefix !== '' && (
        <p class="matcher-chips">
          <button
            type="button"
            class="toggle is-on"
            aria-label={`Remove ${filters.prefix}`}
            onClick={() => setFilters({ prefix: '' })}
          >
            below <code>{filters.prefix}</code> ×
          </button>
        </p>
      )}
      <Listing
        name="Pages"
        columns={COLUMNS}
        list={list}
        empty={isFiltered(filters) ? 'No pages match' : 'No pages yet'}
        row={page => <Row key={page.key} page={page} />}
      />
    </>
  )
}

function Row({ page }: { page: CrawledPage }) {
  const { key, url, title, explanation, reason, depth, content_type, bytes, duration_ms, outcome } = page
  const isFetched = outcome === 'fetched'
  return (
    <tr>
      <td>
        <PageOutcomeMark page={page} />
      </td>
      <td class="wide">
        <PageLink pageKey={key} url={url} />
      </td>
      <td class="wide">{isFetched ? title : (explanation ?? (reason && reasonWords(reason)))}</td>
      <td class="number">{depth}</td>
      <td>{content_type?.split(';', 1)[0]}</td>
      <td class="number">{bytes > 0 && formatBytes(bytes)}</td>
      <td class="number">{formatDuration(duration_ms)}</td>
    </tr>
  )
}
