import type { ComponentChildren, VNode } from 'preact'
import { useMemo, useRef } from 'preact/hooks'
import type { Job } from '../../src/contract/jobs'
import { counted } from '../../text/numbers'
import { useInView } from '../components/in-view'
import { LoadMore } from '../components/list-status'
import type { PagedList } from '../paged-list'
import { groupsOf } from './groups'
import { JobHead, jobLayout } from './job-columns'
import { JobRow } from './job-row'
import type { ListState } from './list-state'

interface JobListProps {
  list: PagedList<Job>
  state: ListState
  renderDetails(job: Job): ComponentChildren
  /** Identifies the list; changes with its filters. */
  name: string
}

/** A list of any number of jobs. Only groups near the viewport are rendered, and only if they have changed. */
export function JobList({ list, state, renderDetails, name }: JobListProps) {
  const jobs = list.items.value ?? []
  const ends = useMemo<string[]>(() => [], [name])
  const rendered = useRef(new Map<string, { jobs: Job[]; node: VNode }>())
  const before = rendered.current
  rendered.current = new Map()
  const groups = groupsOf(jobs, ends).map(group => {
    const was = before.get(group.end)
    const isSame = was?.jobs.length === group.jobs.length && was.jobs.every((job, at) => job === group.jobs[at])
    const node =
      was && isSame ? was.node : <Group key={group.end} jobs={group.jobs} state={state} renderDetails={renderDetails} />
    rendered.current.set(group.end, { jobs: group.jobs, node })
    return node
  })
  return (
    <>
      {jobs.length > 0 && (
        <div class="jobs columns" {...jobLayout()}>
          <JobHead />
          {groups}
        </div>
      )}
      <LoadMore list={list} />
    </>
  )
}

interface GroupProps extends Pick<JobListProps, 'state' | 'renderDetails'> {
  jobs: Job[]
}

function Group({ jobs, state, renderDetails }: GroupProps) {
  const { box, isInView, heightPx } = useInView<HTMLUListElement>()
  return (
    <ul
      ref={box}
      class="job-group"
      aria-label={counted(jobs.length, 'job')}
      style={isInView.value ? undefined : { height: `${heightPx.current}px` }}
    >
      {isInView.value && jobs.map(job => <JobRow key={job.id} job={job} state={state} renderDetails={renderDetails} />)}
    </ul>
  )
}
