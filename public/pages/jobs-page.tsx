import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { ColumnMenu } from '../components/columns'
import { Empty } from '../components/empty'
import { ListStatus } from '../components/list-status'
import { PageFrame } from '../components/page-frame'
import { isOldestFirst } from '../created-order'
import { filterOf } from '../jobs/bulk'
import { BulkBar } from '../jobs/bulk-bar'
import { FilterBar } from '../jobs/filter-bar'
import { filtersOf, type JobFilters, searchOf } from '../jobs/filters'
import { JOB_TABLE } from '../jobs/job-columns'
import { renderDetails } from '../jobs/job-details'
import { JobList } from '../jobs/job-list'
import { type ListState, toggled } from '../jobs/list-state'
import { useOpenRows } from '../jobs/open-rows'
import { useJobList } from '../jobs/use-job-list'
import { useKinds } from '../jobs/use-kinds'
import { useKeys } from '../keys'
import { search } from '../router'
import { isOperator } from '../session'
import { openDialog } from '../shell/dialogs'
import { useRowKeys } from '../use-row-keys'
import { SavedViews } from '../views/saved-views'

const VIEWS = [
  { name: 'All jobs', search: '' },
  { name: 'Failed today', search: '?status=failed&since=24h&children=1' },
]

export default function JobsPage() {
  const filters = useMemo(() => filtersOf(search.value), [search.value])
  const kinds = useKinds()
  useKeys({ c: () => openDialog('run-job') })
  return (
    <PageFrame
      page="jobs"
      actions={
        isOperator.value && (
          <button type="button" class="primary" title="Run job (c)" onClick={() => openDialog('run-job')}>
            Run job
          </button>
        )
      }
    >
      <SavedViews page="jobs" path="/jobs" builtIn={VIEWS} search={searchOf(filters)}>
        <ColumnMenu {...JOB_TABLE} />
      </SavedViews>
      <FilterBar filters={filters} kinds={kinds.map(({ name }) => name)} />
      <Jobs key={`${searchOf(filters)} ${isOldestFirst.value}`} filters={filters} />
    </PageFrame>
  )
}

function Jobs({ filters }: { filters: JobFilters }) {
  const expanded = useOpenRows()
  const list = useJobList(filters, isOldestFirst.value)
  const selected = useSignal<ReadonlySet<string>>(new Set())
  const toggle = (ids: ListState['expanded']) => (id: string) => {
    ids.value = toggled(ids.value, id)
  }
  const keys = { x: toggle(expanded), s: toggle(selected) }
  const current = useRowKeys(list.items, { name: 'job', path: '/jobs', keys })
  const state = { current, expanded, selected }
  return (
    <>
      <BulkBar
        selected={state.selected.value}
        filter={filterOf(filters)}
        isFiltered={searchOf(filters) !== ''}
        count={list.hasMore.value ? null : (list.items.value?.length ?? null)}
        onClear={() => (state.selected.value = new Set())}
      />
      <ListStatus list={list} empty={<NoJobs isFiltered={searchOf(filters) !== ''} />} />
      <JobList list={list} state={state} renderDetails={renderDetails} name={searchOf(filters)} />
    </>
  )
}

function NoJobs({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty title="No jobs match">
        <a href="/jobs">Show all jobs</a>
      </Empty>
    )
  }
  return (
    <Empty title="No jobs yet">
      <p>Run one, and it appears here.</p>
    </Empty>
  )
}
