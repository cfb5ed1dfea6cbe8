import { useMemo } from 'preact/hooks'
import { PeriodSelect } from '../components/filter-select'
import { PageFrame } from '../components/page-frame'
import { TypedFilter } from '../components/typed-filter'
import { ErrorGroups } from '../jobs/error-groups'
import { filtersOf } from '../jobs/filters'
import { search, setFilters } from '../router'

const DAY = '24h'

/** Failed jobs and bad results by cause. */
export default function ErrorsPage() {
  const filters = useMemo(() => {
    const given = filtersOf(search.value)
    return { ...given, since: given.since || DAY, children: '1' }
  }, [search.value])
  return (
    <PageFrame page="errors">
      <search class="filters">
        <PeriodSelect label="Failed" value={filters.since} onChange={since => setFilters({ since })} />
        <TypedFilter
          hasShortcut
          label="Search errors"
          hint="Search errors"
          value={filters.q}
          onTyped={q => setFilters({ q })}
        />
      </search>
      <ErrorGroups filters={filters} />
    </PageFrame>
  )
}
