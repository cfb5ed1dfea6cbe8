import { Problem } from '../../base/errors'
import { z } from '../../base/parse'
import { type JobFilter, jobFilter } from '../../contract/jobs'
import { BULK_ACTIONS } from '../../contract/values'
import { defineKind } from '../kinds/kind'

export type BulkAction = (typeof BULK_ACTIONS)[number]

const input = z.strictObject({
  action: z.enum(BULK_ACTIONS),
  filter: jobFilter,
  reason: z.string(),
  /** Only jobs created before this id, so that later ones are left alone. */
  up_to: z.uuid(),
})

/** Does something to every job that a filter finds. Asked for by `POST /api/jobs/actions`, never by itself. */
export const bulkAction = defineKind({
  name: 'bulk-action',
  queue: 'control',
  input,
  options: { attempts: 3, byRequest: false },
})

const POSSIBLE = {
  cancel: ['scheduled', 'pending', 'running'],
  retry: ['failed', 'cancelled'],
  remove: ['completed', 'failed', 'cancelled'],
} as const

/**
 * The filter, narrowed to jobs to which the action can be done.
 * @throws Problem 400 when it is possible with none of the given statuses
 */
export function possibleFilter(action: BulkAction, filter: JobFilter) {
  const possible: readonly string[] = POSSIBLE[action]
  const status = filter.status?.filter(each => possible.includes(each)) ?? [...POSSIBLE[action]]
  if (status.length) return { ...filter, status }
  const message = `To ${action} is possible with: ${possible.join(', ')}`
  throw new Problem(400, 'invalid_request', message, [{ path: 'body.filter.status', message }])
}
