import { api } from '../api'
import { type JobFilters, jobParams } from './filters'
import type { Job } from './job'

export type BulkAction = 'cancel' | 'retry' | 'remove'

/** Which jobs are meant: these ids, or all that a filter finds. */
export type BulkFilter = Record<string, string | boolean | string[]>

/** The filter of the page, as a body: its period is fixed at this moment. Without any it says that all are meant. */
export function filterOf(filters: JobFilters): BulkFilter {
  const { roots, ...asked } = jobParams(filters)
  const filter = { ...asked, ...(roots && { roots: true }) }
  return Object.keys(filter).length > 0 ? filter : { all: true }
}

/** How many jobs an action would be done to. */
export const countFor = async (action: BulkAction, filter: BulkFilter) =>
  (await api.post<{ count: number }>('/api/jobs/actions', { action, filter, dry_run: true })).count

/** Starts it, as a job of its own. */
export const startBulk = async (action: BulkAction, filter: BulkFilter, reason: string) =>
  (await api.post<{ job: Job }>('/api/jobs/actions', { action, filter, reason })).job
