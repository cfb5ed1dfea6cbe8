import { useEffect } from 'preact/hooks'
import type { Crawl, CrawlProgress } from '../../src/contract/crawls'
import { hasEnded } from '../jobs/job'
import { liveState, watch } from '../live'
import { perFrame } from '../per-frame'
import { useFetch } from '../use-fetch'
import { afterProgress } from './live-crawls'

/** How often it is read while the stream is interrupted. */
const POLL_MS = 5_000

/** A crawl, kept up to date by its stream. It is read again when its status or phase changes, for its other fields. */
export function useCrawl(id: string) {
  const { value: crawl, problem, isMissing, read } = useFetch('/api/crawls/{id}', { id })
  const jobId = crawl.value?.job_id
  const isOpen = crawl.value !== null && !hasEnded(crawl.value.status)
  useEffect(() => {
    if (jobId === undefined || !isOpen) return
    const updates = perFrame<CrawlProgress>(all => {
      const known = crawl.peek()
      const latest = all.at(-1)
      if (!known || !latest) return
      const next = afterProgress(known, latest)
      crawl.value = next
      if (next.status !== known.status || next.phase !== known.phase) void read()
    })
    const stop = watch(`job:${jobId}`, {
      onEvent: ({ type, data }) => {
        if (type === 'crawl_progress') updates.add(data as CrawlProgress)
      },
      // Its last event may have been lost with a process.
      onStatus: ({ job }) => {
        if (hasEnded(job.status)) void read()
      },
      onGap: () => void read(),
    })
    const timer = setInterval(() => {
      if (!document.hidden && liveState.peek().state !== 'live') void read()
    }, POLL_MS)
    return () => {
      stop()
      updates.stop()
      clearInterval(timer)
    }
  }, [jobId, isOpen])
  return {
    ...{ crawl, problem, isMissing, read },
    /** Takes what a request has answered. */
    take(next: Crawl) {
      const known = crawl.peek()
      if (known) crawl.value = { ...known, ...next }
    },
  }
}
