import type { VNode } from 'preact'
import { useMemo, useRef } from 'preact/hooks'
import type { Job } from '../../src/contract/jobs'
import { counted } from '../../text/numbers'
import { useInView } from '../components/in-view'
import { groupsByPlace, groupsOf } from './groups'

interface GroupedRowsProps {
  jobs: readonly Job[]
  /** Identifies the list; changes with its filters. */
  name: string
  isOldestFirst?: boolean
  /** Must only depend on signals otherwise: it is called again when the job has changed. */
  row(job: Job): VNode
}

/** The rows of any number of jobs. Only groups near the viewport are rendered, and only if they have changed. */
export function GroupedRows({ jobs, name, isOldestFirst = false, row }: GroupedRowsProps) {
  const ends = useMemo<string[]>(() => [], [name])
  const rendered = useRef(new Map<string, { jobs: Job[]; node: VNode }>())
  const before = rendered.current
  rendered.current = new Map()
  const groups = (isOldestFirst ? groupsByPlace(jobs) : groupsOf(jobs, ends)).map(group => {
    const was = before.get(group.end)
    const isSame = was?.jobs.length === group.jobs.length && was.jobs.every((job, at) => job === group.jobs[at])
    const node = was && isSame ? was.node : <Group key={group.end} jobs={group.jobs} row={row} />
    rendered.current.set(group.end, { jobs: group.jobs, node })
    return node
  })
  return <>{groups}</>
}

function Group({ jobs, row }: { jobs: Job[]; row(job: Job): VNode }) {
  const { box, isInView, heightPx } = useInView<HTMLUListElement>()
  return (
    <ul
      ref={box}
      class="job-group"
      aria-label={counted(jobs.length, 'job')}
      style={isInView.value ? undefined : { height: `${heightPx.current}px` }}
    >
      {isInView.value && jobs.map(row)}
    </ul>
  )
}
