import { counted, formatCount } from '../../../text/numbers'
import { Problem } from '../../base/errors'
import { z } from '../../base/parse'
import { type JobFilter, type JobOutcome, jobFilter } from '../../contract/jobs'
import { BULK_ACTIONS } from '../../contract/values'
import { defineKind } from '../kinds/kind'

export type BulkAction = (typeof BULK_ACTIONS)[number]

const input = z.strictObject({
  action: z.enum(BULK_ACTIONS),
  filter: jobFilter,
  reason: z.string(),
  /** Only jobs created before this id; later ones are left alone. */
  up_to: z.uuid(),
})

/** How many jobs were selected, and what became of them. `skipped` have changed since they were selected. */
export interface BulkResult {
  total: number
  done: number
  failed: number
  skipped: number
}

/** Applies an action to every job that matches a filter. Created only by `POST /api/jobs/actions`. */
export const bulkAction = defineKind({
  name: 'bulk-action',
  queue: 'control',
  input,
  outcome,
  options: { attempts: 3, byRequest: false },
})

function outcome({ total, done, failed, skipped }: BulkResult): JobOutcome {
  const rest = [failed && `${formatCount(failed)} failed`, skipped && `${formatCount(skipped)} skipped`].filter(Boolean)
  const text = [`${formatCount(done)} of ${counted(total, 'job')} done`, ...rest].join(', ')
  if (failed === 0) return { level: 'ok', text }
  return { level: done === 0 ? 'bad' : 'warn', text }
}

const POSSIBLE = {
  cancel: ['scheduled', 'pending', 'running'],
  retry: ['failed', 'cancelled'],
  remove: ['completed', 'failed', 'cancelled'],
} as const

/**
 * The filter, narrowed to jobs that the action can be applied to.
 * @throws Problem 400 if it applies to none of the given statuses
 */
export function possibleFilter(action: BulkAction, filter: JobFilter) {
  const possible: readonly string[] = POSSIBLE[action]
  const status = filter.status?.filter(each => possible.includes(each)) ?? [...POSSIBLE[action]]
  if (status.length) return { ...filter, status }
  const message = `The action ${action} applies only to these statuses: ${possible.join(', ')}`
  throw new Problem(400, 'invalid_request', message, [{ path: 'body.filter.status', message }])
}
