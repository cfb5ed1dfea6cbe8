import type { JobError } from '../../contract/jobs'

/** BullMQ says it in words only. */
export function failureOf(reason: string): JobError {
  if (/stalled|more than allowable/.test(reason))
    return { code: 'stalled', message: 'Its workers stopped without a word too often' }
  if (isChildFailure(reason)) return CHILD_FAILED
  return { code: 'error', message: reason }
}

export const CHILD_FAILED: JobError = { code: 'child_failed', message: 'A job that it had spawned failed' }

/** Said of a parent that is picked up again, and of one that wants to wait when a child has failed already. */
export const isChildFailure = (reason: string) => /^child .* failed|has at least one failed child/.test(reason)
