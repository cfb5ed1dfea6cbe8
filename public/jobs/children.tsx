import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Job } from '../../src/contract/jobs'
import { counted, formatCount } from '../../text/numbers'
import { watch } from '../live'
import { perFrame } from '../per-frame'
import { useFetch } from '../use-fetch'
import { useThrottle } from '../use-throttle'
import { hasEnded, STATES } from './job'
import { JobTree } from './job-tree'
import type { JobEvent } from './live-jobs'

/** Minimum time between two reads of the counts while descendants change. */
const REFRESH_MS = 2_000

type Counts = Partial<Record<string, number>>
export interface Descendants {
  counts: Counts
  total: number
}

/** The number of descendants of a job, by status; null if it has none. */
export function useDescendants(job: Job): Descendants | null {
  const { value, read } = useFetch('/api/jobs/{id}/tree', { id: job.id, limit: 1 })
  const readSoon = useThrottle(REFRESH_MS, () => void read(), job.id)
  useEffect(() => {
    const changes = perFrame<JobEvent>(events => {
      if (events.some(event => event.data?.parent_id)) readSoon()
    })
    const stop = watch('events', { onEvent: event => changes.add(event.data as JobEvent) })
    return () => {
      stop()
      changes.stop()
    }
  }, [job.id])
  useEffect(() => {
    if (hasEnded(job.status)) void read()
  }, [job.status])
  const counts = value.value?.counts ?? {}
  const total = Object.values(counts).reduce<number>((sum, count) => sum + (count ?? 0), 0)
  return total === 0 ? null : { counts, total }
}

interface ChildrenProps {
  job: Job
  descendants: Descendants | null
}

/**
 * The child jobs of a job, however many: the counts of all descendants, and their tree. A status shows all that it
 * counts, at whatever depth.
 */
export function Children({ job, descendants }: ChildrenProps) {
  const status = useSignal('')
  if (!descendants) return null
  const { counts, total } = descendants
  const ended = STATES.filter(hasEnded).reduce((sum, state) => sum + (counts[state] ?? 0), 0)
  return (
    <section class="panel children" aria-label="Child jobs">
      <header class="row">
        <h2>{counted(total, 'child job')}</h2>
        <fieldset class="chips" aria-label="Status">
          {STATES.filter(state => counts[state]).map(state => (
            <button
              key={state}
              type="button"
              class={`is-${state}`}
              aria-pressed={status.value === state}
              onClick={() => (status.value = status.value === state ? '' : state)}
            >
              {formatCount(counts[state] ?? 0)} {state}
            </button>
          ))}
        </fieldset>
        <span class="spacer" />
        <a href={`/jobs?ancestor_id=${job.id}`}>View all</a>
      </header>
      <StatusBar counts={counts} total={total} ended={ended} />
      <JobTree key={status.value} job={job} status={status.value} />
    </section>
  )
}

/** A bar with the share of each status. */
function StatusBar({ counts, total, ended }: { counts: Counts; total: number; ended: number }) {
  return (
    <div class="tally" role="img" aria-label={`${ended} of ${total} ended`}>
      {STATES.map(state => (
        <span key={state} class={`is-${state}`} style={{ width: `${((counts[state] ?? 0) / total) * 100}%` }} />
      ))}
    </div>
  )
}
