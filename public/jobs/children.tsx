import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Job, JobStatus, OutcomeLevel } from '../../src/contract/jobs'
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

/** Descendants of a job that are in the same state, or completed with the same outcome. */
interface Share {
  name: string
  status: JobStatus
  outcome: OutcomeLevel | ''
  count: number
}

export interface Descendants {
  /** Without empty ones. */
  shares: Share[]
  total: number
}

const SHARES = STATES.flatMap((status): Omit<Share, 'count'>[] =>
  status === 'completed'
    ? [
        { name: 'completed', status, outcome: 'ok' },
        { name: 'with a warning', status, outcome: 'warn' },
        { name: 'with a bad result', status, outcome: 'bad' },
      ]
    : [{ name: status, status, outcome: '' }],
)

/** How many descendants a job has, by what became of them; null if it has none. */
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
  if (!value.value) return null
  const { counts, outcomes } = value.value
  const shares = SHARES.map(share => ({
    ...share,
    count: (share.outcome === '' ? counts[share.status] : outcomes[share.outcome]) ?? 0,
  })).filter(({ count }) => count > 0)
  return shares.length === 0 ? null : { shares, total: sumOf(shares) }
}

const sumOf = (shares: readonly Share[]) => shares.reduce((sum, { count }) => sum + count, 0)
const classOf = ({ status, outcome }: Share) => `is-${outcome || status}`

interface ChildrenProps {
  job: Job
  descendants: Descendants | null
}

/**
 * The child jobs of a job, however many: what became of all descendants, and their tree. A share shows all that it
 * counts, at whatever depth.
 */
export function Children({ job, descendants }: ChildrenProps) {
  const chosen = useSignal('')
  if (!descendants) return null
  const { shares, total } = descendants
  const { status = '', outcome = '' } = SHARES.find(({ name }) => name === chosen.value) ?? {}
  return (
    <section class="panel children" aria-label="Child jobs">
      <header class="row">
        <h2>{counted(total, 'child job')}</h2>
        <fieldset class="chips" aria-label="Status">
          {shares.map(share => (
            <button
              key={share.name}
              type="button"
              class={classOf(share)}
              aria-pressed={chosen.value === share.name}
              onClick={() => (chosen.value = chosen.value === share.name ? '' : share.name)}
            >
              {formatCount(share.count)} {share.name}
            </button>
          ))}
        </fieldset>
        <span class="spacer" />
        <a href={`/jobs?ancestor_id=${job.id}`}>View all</a>
      </header>
      <Shares shares={shares} total={total} />
      <JobTree key={chosen.value} job={job} status={status} outcome={outcome} />
    </section>
  )
}

/** A bar divided into the shares. */
function Shares({ shares, total }: Descendants) {
  const ended = sumOf(shares.filter(({ status }) => hasEnded(status)))
  return (
    <div class="tally" role="img" aria-label={`${ended} of ${total} ended`}>
      {shares.map(share => (
        <span key={share.name} class={classOf(share)} style={{ width: `${(share.count / total) * 100}%` }} />
      ))}
    </div>
  )
}
