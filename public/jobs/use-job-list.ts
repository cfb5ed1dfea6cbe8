import type { Job } from '../../src/contract/jobs'
import { orderParam } from '../created-order'
import { byId, type LiveUpdates, usePagedList } from '../use-paged-list'
import { type JobFilters, jobParams, searchOf } from './filters'
import { applyToList, type JobEvent } from './live-jobs'

/** Minimum time between two refreshes, which complete the rows that events have added. */
const REFRESH_MS = 1_000
const ROWS_MAX = 10_000

/** The jobs that match the filters, newest first unless told otherwise, kept up to date by tenant events. */
export function useJobList(filters: JobFilters, oldestFirst = false) {
  const live: LiveUpdates<Job, JobEvent> = {
    topic: 'events',
    pick: event => event.data as JobEvent,
    apply(jobs, events) {
      if (oldestFirst) return applyOldestFirst(jobs, events, filters)
      const next = applyToList(jobs, events, filters)
      return { items: next.jobs, stale: next.incomplete }
    },
    refreshMs: REFRESH_MS,
  }
  return usePagedList<'/api/jobs', JobEvent>('/api/jobs', {
    params: { ...jobParams(filters), ...orderParam(oldestFirst) },
    name: `${searchOf(filters)} ${oldestFirst}`,
    idOf: byId,
    rowsMax: ROWS_MAX,
    live,
  })
}

/** New jobs come after those that are shown, so they are read from the server, as far as a refresh reaches. */
function applyOldestFirst(jobs: Job[], events: readonly JobEvent[], filters: JobFilters) {
  const shown = new Set(jobs.map(byId))
  const next = applyToList(
    jobs,
    events.filter(({ data }) => shown.has(data?.job_id)),
    filters,
  )
  const isStale = next.incomplete > 0 || events.some(({ type }) => type === 'job_created')
  return { items: next.jobs, stale: isStale ? jobs.length || 1 : 0 }
}
