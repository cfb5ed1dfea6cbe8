import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Attempt, Job } from '../../src/contract/jobs'
import { elapsedMs, formatDuration } from '../../text/times'
import { client } from '../api'
import { now } from '../clock'
import { Outcome } from '../components/outcome'
import { Status } from '../components/status'

/** All attempts at a job, read again when one starts or ends. */
export function useAttempts({ id, attempt, status }: Job) {
  const attempts = useSignal<Attempt[]>([])
  useEffect(() => {
    if (attempt === 0) return
    void client
      .get('/api/jobs/{id}/attempts', { id })
      .then(({ items }) => {
        attempts.value = items
      })
      .catch(() => undefined)
  }, [id, attempt, status])
  return attempts
}

/** The attempts at a job that took more than one, with outcome, error, worker, duration and log. */
export function Attempts({ job, attempts }: { job: Job; attempts: Attempt[] }) {
  if (attempts.length < 2) return null
  return (
    <section class="panel" aria-label="Attempts">
      <h2>Attempts</h2>
      <ol class="lines">
        {attempts.map(each => (
          <li key={each.attempt} id={`attempt-${each.attempt}`}>
            <b>{each.attempt}</b>
            {each.attempt === job.attempt && job.outcome ? <Outcome of={job} /> : <Status status={each.outcome} />}
            <span class="attempt-error">{each.error && `${each.error.message} (${each.error.code})`}</span>
            <span class="spacer" />
            <code class="attempt-worker">{each.worker}</code>
            <span class="job-took">{formatDuration(elapsedMs(each.started_at, each.ended_at, now.value) ?? 0)}</span>
            <a href={`/jobs/${job.id}?attempt=${each.attempt}`}>lines</a>
          </li>
        ))}
      </ol>
    </section>
  )
}
