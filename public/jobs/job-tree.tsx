import { type Signal, useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Job } from '../../src/contract/jobs'
import { counted } from '../../text/numbers'
import { subjectOf } from '../../text/subject'
import { formatDuration } from '../../text/times'
import { now } from '../clock'
import { ListStatus, LoadMore } from '../components/list-status'
import { Outcome } from '../components/outcome'
import { Status } from '../components/status'
import { filtersOf, type JobFilters, searchOf } from './filters'
import { GroupedRows } from './grouped-rows'
import { runDurationMs } from './job'
import { toggled } from './list-state'
import { useJobList } from './use-job-list'

type Expanded = Signal<ReadonlySet<string>>

interface JobTreeProps {
  job: Job
  /** Only descendants in this state and with this outcome, as a list; `''` for the whole tree. */
  status: string
  outcome: string
}

/** The descendants of a job. Each level is loaded when it is expanded, and as it is scrolled. */
export function JobTree({ job, status, outcome }: JobTreeProps) {
  const expanded = useSignal<ReadonlySet<string>>(new Set())
  const { id } = job
  const filters = useMemo(
    () => ({ ...filtersOf(''), [status === '' ? 'parent_id' : 'ancestor_id']: id, status, outcome }),
    [id, status, outcome],
  )
  return (
    <div class="tree">
      <Level filters={filters} expanded={expanded} depth={0} />
    </div>
  )
}

interface LevelProps {
  filters: JobFilters
  expanded: Expanded
  depth: number
}

function Level({ filters, expanded, depth }: LevelProps) {
  const list = useJobList(filters)
  return (
    <>
      <ListStatus list={list} empty="No child jobs" />
      <GroupedRows
        jobs={list.items.value ?? []}
        name={searchOf(filters)}
        row={job => <Node key={job.id} job={job} expanded={expanded} depth={depth} />}
      />
      <LoadMore list={list} />
    </>
  )
}

/** Deeper levels are not indented further. */
const INDENTED_MAX = 8
const INDENT_PX = 20

function Node({ job, expanded, depth }: { job: Job; expanded: Expanded; depth: number }) {
  const { id, child_count = 0 } = job
  const isOpen = child_count > 0 && expanded.value.has(id)
  const name = subjectOf(job) || job.kind
  const took = runDurationMs(job, now.value)
  return (
    <li class="tree-node" data-job={id}>
      <div class="tree-line" style={{ paddingLeft: `${Math.min(depth, INDENTED_MAX) * INDENT_PX}px` }}>
        {child_count > 0 ? (
          <button
            type="button"
            class="fold"
            aria-expanded={isOpen}
            aria-label={`Child jobs of ${name}`}
            onClick={() => (expanded.value = toggled(expanded.value, id))}
          />
        ) : (
          <span class="fold-space" />
        )}
        <Status status={job.status} />
        <a class="job-subject" href={`/jobs/${id}`} title={subjectOf(job)}>
          {name}
        </a>
        <span class="job-kind">{child_count > 0 ? counted(child_count, 'child job') : job.kind}</span>
        <span class="job-note">{job.outcome && <Outcome of={job} />}</span>
        <span class="job-took">{took === null ? '' : formatDuration(took)}</span>
      </div>
      {isOpen && <Children parentId={id} expanded={expanded} depth={depth + 1} />}
    </li>
  )
}

function Children({ parentId, ...rest }: { parentId: string; expanded: Expanded; depth: number }) {
  const filters = useMemo(() => ({ ...filtersOf(''), parent_id: parentId }), [parentId])
  return <Level filters={filters} {...rest} />
}
