import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useMemo, useRef } from 'preact/hooks'
import type { Job } from '../../src/contract/jobs'
import { Empty, Failure } from '../components/empty'
import { ListStatus } from '../components/list-status'
import { filterOf } from '../jobs/bulk'
import { BulkBar } from '../jobs/bulk-bar'
import { ErrorGroups } from '../jobs/error-groups'
import { FilterBar } from '../jobs/filter-bar'
import { filtersOf, type JobFilters, searchOf } from '../jobs/filters'
import { renderDetails } from '../jobs/job-details'
import { JobList } from '../jobs/job-list'
import { type ListState, toggled } from '../jobs/list-state'
import { NewJob } from '../jobs/new-job'
import { QueueCards } from '../jobs/queue-cards'
import { QueueDetail } from '../jobs/queue-detail'
import { useHistory } from '../jobs/queue-history'
import { SavedViews } from '../jobs/saved-views'
import { useJobList } from '../jobs/use-job-list'
import { useKinds } from '../jobs/use-kinds'
import { useQueues } from '../jobs/use-queues'
import { isOnControl, useKeys } from '../keys'
import { navigate, search } from '../router'
import { isOperator } from '../session'

const HISTORY_MINUTES = 60

export function QueuePage() {
  const filters = useMemo(() => filtersOf(search.value), [search.value])
  const { queues, problem, read, update } = useQueues()
  const kinds = useKinds()
  const { value: history } = useHistory(HISTORY_MINUTES)
  const urlInput = useRef<HTMLInputElement>(null)
  const expanded = useSignal<ReadonlySet<string>>(new Set())
  const chosen = queues.value.find(queue => queue.name === filters.queue)
  useKeys({ c: () => urlInput.current?.focus() })
  return (
    <div class="page queue">
      <h1 class="hidden">Queue</h1>
      {isOperator.value && (
        <NewJob
          urlInput={urlInput}
          kinds={kinds}
          onCreated={job => (expanded.value = new Set(expanded.value).add(job.id))}
        />
      )}
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      <QueueCards queues={queues.value} chosen={filters.queue} history={history.value} />
      {chosen && <QueueDetail key={chosen.name} queue={chosen} onChanged={update} />}
      <SavedViews search={searchOf(filters)} />
      <FilterBar filters={filters} kinds={kinds.map(({ name }) => name)} />
      {filters.view === 'errors' ? (
        <ErrorGroups filters={filters} />
      ) : (
        <Jobs key={searchOf(filters)} filters={filters} expanded={expanded} />
      )}
    </div>
  )
}

function Jobs({ filters, expanded }: { filters: JobFilters; expanded: ListState['expanded'] }) {
  const list = useJobList(filters)
  const state = useRowKeys(list.items, expanded)
  return (
    <>
      <BulkBar
        selected={state.selected.value}
        filter={filterOf(filters)}
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
        <a href="/queue">Show all jobs</a>
      </Empty>
    )
  }
  return (
    <Empty title="No jobs yet">
      <p>Enter a URL above to check it, or start a demo load.</p>
    </Empty>
  )
}

/** The current, expanded and selected rows, and the keyboard shortcuts for them. */
function useRowKeys(jobs: ReadonlySignal<Job[] | null>, expanded: ListState['expanded']) {
  const current = useSignal('')
  const selected = useSignal<ReadonlySet<string>>(new Set())
  const move = (by: number) => {
    const list = jobs.value ?? []
    const at = list.findIndex(job => job.id === current.value)
    const next = list[Math.min(list.length - 1, Math.max(0, at + by))]
    if (!next) return
    current.value = next.id
    document.querySelector(`[data-job="${CSS.escape(next.id)}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  const onCurrent = (ids: ListState['expanded']) => () => {
    if (current.value !== '') ids.value = toggled(ids.value, current.value)
  }
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    x: onCurrent(expanded),
    s: onCurrent(selected),
    Enter: event => {
      if (isOnControl(event) && event.target instanceof HTMLElement) event.target.click()
      else if (current.value !== '') navigate(`/jobs/${current.value}`)
    },
  })
  return { current, expanded, selected }
}
