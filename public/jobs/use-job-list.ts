import type { Job } from '../../src/contract/jobs'
import { byId, type LiveUpdates, usePagedList } from '../use-paged-list'
import { type JobFilters, jobParams, searchOf } from './filters'
import { applyToList, type JobEvent } from './live-jobs'

/** Minimum time between two refreshes, which complete the rows that events have added. */
const REFRESH_MS = 1_000
const ROWS_MAX = 10_000

/** The jobs that match the filters, newest first, kept up to date by tenant events. */
export function useJobList(filters: JobFilters) {
  const live: LiveUpdates<Job, JobEvent> = {
    topic: 'events',
    pick: event => event.data as JobEvent,
    apply(jobs, events) {
      const next = applyToList(jobs, events, filters)
      return { items: next.jobs, stale: next.incomplete }
    },
    refreshMs: REFRESH_MS,
  }
  return usePagedList<'/api/jobs', JobEvent>('/api/jobs', {
    params: jobParams(filters),
    name: searchOf(filters),
    idOf: byId,
    rowsMax: ROWS_MAX,
    live,
  })
}
