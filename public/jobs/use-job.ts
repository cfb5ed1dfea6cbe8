import { useEffect } from 'preact/hooks'
import type { JobProgress } from '../../src/contract/jobs'
import { reconnect, watch } from '../live'
import { useFetch } from '../use-fetch'
import { hasEnded } from './job'
import type { JobEvent } from './live-jobs'

/** A job, kept up to date by its stream. It is read again when its status or attempt changes, for its other fields. */
export function useJob(id: string) {
  const { value: job, problem, isMissing, read } = useFetch('/api/jobs/{id}', { id })
  useEffect(() => {
    const stopJob = watch(`job:${id}`, {
      onStatus: ({ job: news, steps }) => {
        const known = job.peek()
        if (!known) return
        const hasChanged = news.status !== known.status || news.attempt !== known.attempt
        job.value = { ...known, ...news, steps }
        if (hasChanged) void read()
      },
      onEvent: ({ type, data }) => {
        const known = job.peek()
        if (known && type === 'progress') job.value = { ...known, progress: (data as JobProgress).progress }
      },
    })
    // The topic of an ended job is closed. A tenant event reports that the job is retried.
    const stopEvents = watch('events', {
      onEvent: event => {
        const { type, timestamp, data } = event.data as JobEvent
        const known = job.peek()
        if (!known || data?.job_id !== id || !hasEnded(known.status)) return
        if (type !== 'job_retried' || timestamp <= (known.ended_at ?? '')) return
        void read()
        reconnect()
      },
    })
    return () => {
      stopJob()
      stopEvents()
    }
  }, [id])

  return { job, problem, isMissing, read }
}
