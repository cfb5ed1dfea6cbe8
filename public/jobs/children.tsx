import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { api } from '../api'
import { now } from '../clock'
import { Status } from '../components/status'
import { watch } from '../live'
import { type Job, subjectOf } from './job'
import { applyEvent, type JobEvent, rowOfEvent } from './list'
import { betweenMs, spanOf } from './times'

const SHOWN_MAX = 50

/** The jobs that this one has made. */
export function Children({ job }: { job: Job }) {
  const children = useSignal<Job[]>([])
  useEffect(() => {
    void api
      .get<{ items: Job[] }>(`/api/jobs?parent_id=${encodeURIComponent(job.id)}&limit=${SHOWN_MAX}`)
      .then(({ items }) => (children.value = items))
      .catch(() => undefined)
    return watch('events', {
      onEvent: event => {
        const news = event.data as JobEvent
        if (news.data?.parent_id !== job.id) return
        const known = children.value.some(child => child.id === news.data.job_id)
        if (known)
          children.value = children.value.map(child =>
            child.id === news.data.job_id ? applyEvent(child, news) : child,
          )
        else if (news.type === 'job_created') children.value = [rowOfEvent(news), ...children.value].slice(0, SHOWN_MAX)
      },
    })
  }, [job.id])
  if (children.value.length === 0) return null
  return (
    <section class="children" aria-label="Children">
      <h2>Children</h2>
      <ul>
        {children.value.map(child => (
          <li key={child.id}>
            <Status status={child.status} />
            <a href={`/jobs/${child.id}`}>{subjectOf(child) || child.kind}</a>
            <code>{child.id.slice(-8)}</code>
            <span class="job-took">{spanOf(betweenMs(child.started_at, child.ended_at, now.value) ?? 0)}</span>
          </li>
        ))}
      </ul>
      {children.value.length === SHOWN_MAX && <p class="hint">The first {SHOWN_MAX} are shown.</p>}
    </section>
  )
}
