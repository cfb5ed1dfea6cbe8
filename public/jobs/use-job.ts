import { useEffect } from 'preact/hooks'
import type { Job } from '../../src/contract/jobs'
import { restart, watch } from '../live'
import { useFetch } from '../use-fetch'
import { hasEnded } from './job'
import type { JobEvent } from './live-jobs'

/** One job, kept up to date: read once, then changed by its stream, and read again when it ends (for its result). */
export function useJob(id: string) {
  const { value: job, problem, read } = useFetch('/api/jobs/{id}', { id })
  useEffect(() => {
    const stopJob = watch(`job:${id}`, {
      onStatus: ({ job: news, steps }) => {
        const known = job.peek()
        if (!known) return
        const isTurn = news.status !== known.status || news.attempt !== known.attempt
        job.value = { ...known, ...(news as Partial<Job>), steps: steps as Job['steps'] }
        if (isTurn) void read()
      },
      onEvent: ({ type, data }) => {
        const known = job.peek()
        if (known && type === 'progress')
          job.value = { ...known, progress: (data as { progress: Job['progress'] }).progress }
      },
    })
    // A finished topic is closed; that the job runs again is told in the tenant's feed.
    const stopFeed = watch('events', {
      onEvent: event => {
        const { type, timestamp, data } = event.data as JobEvent
        const known = job.peek()
        if (!known || data?.job_id !== id || !hasEnded(known.status)) return
        if (type !== 'job_retried' || timestamp <= (known.ended_at ?? '')) return
        void read()
        restart()
      },
    })
    return () => {
      stopJob()
      stopFeed()
    }
  }, [id])

  return { job, problem, read }
}
