import { useSignal } from '@preact/signals'
import { useCallback, useEffect } from 'preact/hooks'
import { api, messageOf } from '../api'
import { restart, watch } from '../live'
import { hasEnded, type Job } from './job'
import type { JobEvent } from './list'

/** One job, kept up to date: read once, then changed by its stream, and read again when it ends (for its result). */
export function useJob(id: string) {
  const job = useSignal<Job | null>(null)
  const problem = useSignal('')
  const reload = useCallback(async () => {
    try {
      job.value = await api.get<Job>(`/api/jobs/${encodeURIComponent(id)}`)
      problem.value = ''
    } catch (error) {
      problem.value = messageOf(error)
    }
  }, [id])

  useEffect(() => {
    void reload()
    const stopJob = watch(`job:${id}`, {
      onStatus: ({ job: news, steps }) => {
        const known = job.peek()
        if (!known) return
        const isTurn = news.status !== known.status || news.attempt !== known.attempt
        job.value = { ...known, ...(news as Partial<Job>), steps: steps as Job['steps'] }
        if (isTurn) void reload()
      },
      onEvent: ({ type, data }) => {
        const known = job.peek()
        if (known && type === 'progress') job.value = { ...known, progress: (data as { progress?: unknown }).progress }
      },
    })
    // A finished topic is closed; that the job runs again is told in the tenant's feed.
    const stopFeed = watch('events', {
      onEvent: event => {
        const { type, timestamp, data } = event.data as JobEvent
        const known = job.peek()
        if (!known || data?.job_id !== id || !hasEnded(known.status)) return
        if (type !== 'job_retried' || timestamp <= (known.ended_at ?? '')) return
        void reload()
        restart()
      },
    })
    return () => {
      stopJob()
      stopFeed()
    }
  }, [id])

  return { job, problem, reload }
}
