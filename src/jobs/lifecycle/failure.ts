import type { JobError } from '../../contract/jobs'

/** Why BullMQ failed a job: it reports that only as text. */
export function failureOf(reason: string): JobError {
  if (/stalled|more than allowable/.test(reason))
    return { code: 'stalled', message: 'Its workers stopped unexpectedly too many times' }
  if (isChildFailure(reason)) return CHILD_FAILED
  return { code: 'error', message: reason }
}

export const CHILD_FAILED: JobError = { code: 'child_failed', message: 'A child job failed' }

const FAILED_CHILD = /^child .*:([^:]+) failed/

/** Whether BullMQ reports a failed child: of a parent that runs again, or one about to wait for its children. */
export const isChildFailure = (reason: string) =>
  FAILED_CHILD.test(reason) || /has at least one failed child/.test(reason)

/** The id of the child for whose failure BullMQ failed a job, from its Redis key; undefined for other reasons. */
export const failedChildOf = (reason: string) => FAILED_CHILD.exec(reason)?.[1]
