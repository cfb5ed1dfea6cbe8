import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { api } from '../api'
import { now } from '../clock'
import { Status } from '../components/status'
import type { Job } from './job'
import { betweenMs, spanOf } from './times'

interface Attempt {
  attempt: number
  outcome: string
  worker: string | null
  error: { code: string; message: string } | null
  started_at: string | null
  ended_at: string | null
}

/** Every attempt at a job that needed more than one: why it ended, where it ran, how long. */
export function Attempts({ job }: { job: Job }) {
  const attempts = useSignal<Attempt[]>([])
  useEffect(() => {
    if (job.attempt < 2) return
    void api
      .get<{ items: Attempt[] }>(`/api/jobs/${encodeURIComponent(job.id)}/attempts`)
      .then(({ items }) => {
        attempts.value = items
      })
      .catch(() => undefined)
  }, [job.id, job.attempt, job.status])
  if (attempts.value.length < 2) return null
  return (
    <section class="children" aria-label="Attempts">
      <h2>Attempts</h2>
      <ol>
        {attempts.value.map(each => (
          <li key={each.attempt}>
            <Status status={each.outcome} />
            <span class="attempt-error">{each.error ? `${each.error.message} (${each.error.code})` : ''}</span>
            <code>{each.worker}</code>
            <span class="job-took">{spanOf(betweenMs(each.started_at, each.ended_at, now.value) ?? 0)}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
