import { useSignal } from '@preact/signals'
import { useMemo, useRef } from 'preact/hooks'
import { Empty, Failure } from '../components/empty'
import { FilterBar } from '../jobs/filter-bar'
import type { Job } from '../jobs/job'
import { JobRow } from '../jobs/job-row'
import { NewJob } from '../jobs/new-job'
import { QueueCards } from '../jobs/queue-cards'
import { QueueDetail } from '../jobs/queue-detail'
import { useJobList } from '../jobs/use-job-list'
import { useQueues } from '../jobs/use-queues'
import { isOnControl, useKeys } from '../keys'
import { navigate, search } from '../router'
import { filtersOf, searchOf } from '../routes'

const KINDS = ['crawl', 'cleanup', 'demo', 'evaluate-rules', 'health-check', 'notify', 'query']

export function QueuePage() {
  const filters = useMemo(() => filtersOf(search.value), [search.value])
  const { jobs, cursor, problem, read } = useJobList(filters)
  const { queues, read: readQueues } = useQueues()
  const addressBox = useRef<HTMLInputElement>(null)
  const searchBox = useRef<HTMLInputElement>(null)
  const { current, opened, toggle } = useRowKeys(jobs.value ?? [], searchBox, addressBox)

  const kinds = [...new Set([...KINDS, ...(jobs.value ?? []).map(job => job.kind)])].sort()
  const chosen = queues.value.find(queue => queue.name === filters.queue)
  const isFiltered = searchOf(filters) !== ''
  return (
    <div class="page queue">
      <h1 class="hidden">Queue</h1>
      <NewJob
        addressBox={addressBox}
        onMade={job => {
          opened.value = new Set(opened.value).add(job.id)
          void read()
        }}
      />
      <QueueCards queues={queues.value} chosen={filters.queue} />
      {chosen && <QueueDetail key={chosen.name} queue={chosen} onChanged={() => void readQueues()} />}
      <FilterBar filters={filters} kinds={kinds} searchBox={searchBox} />
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      {jobs.value?.length === 0 && <NoJobs isFiltered={isFiltered} />}
      <ul class="jobs" aria-label="Jobs" aria-busy={jobs.value === null}>
        {(jobs.value ?? []).map(job => (
          <JobRow
            key={job.id}
            job={job}
            isOpen={opened.value.has(job.id)}
            isCurrent={current.value === job.id}
            onToggle={() => toggle(job.id)}
          />
        ))}
      </ul>
      {cursor.value !== null && (
        <button type="button" class="more" onClick={() => void read(true)}>
          Older jobs
        </button>
      )}
    </div>
  )
}

function NoJobs({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty title="No job fits these filters.">
        <a href="/queue">Show all jobs</a>
      </Empty>
    )
  }
  return (
    <Empty title="No jobs yet.">
      <p>Type the address of a web server above to check it, or start a demo load.</p>
    </Empty>
  )
}

type Box = { current: HTMLInputElement | null }

function useRowKeys(jobs: Job[], searchBox: Box, addressBox: Box) {
  const current = useSignal('')
  const opened = useSignal<ReadonlySet<string>>(new Set())
  const toggle = (id: string) => {
    const next = new Set(opened.value)
    if (!next.delete(id)) next.add(id)
    opened.value = next
  }
  const move = (by: number) => {
    const at = jobs.findIndex(job => job.id === current.value)
    const next = jobs[Math.min(jobs.length - 1, Math.max(0, at + by))]
    if (!next) return
    current.value = next.id
    document.querySelector(`[data-job="${CSS.escape(next.id)}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  useKeys({
    '/': () => searchBox.current?.focus(),
    c: () => addressBox.current?.focus(),
    j: () => move(1),
    k: () => move(-1),
    x: () => current.value !== '' && toggle(current.value),
    Enter: event => {
      if (isOnControl(event) && event.target instanceof HTMLElement) event.target.click()
      else if (current.value !== '') navigate(`/jobs/${current.value}`)
    },
  })
  return { current, opened, toggle }
}
