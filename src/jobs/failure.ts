import type { JobError } from './job'

/** BullMQ says it in words only. */
export function failureOf(reason: string): JobError {
  if (/stalled|more than allowable/.test(reason))
    return { code: 'stalled', message: 'Its workers stopped without a word too often' }
  if (/^child .* failed/.test(reason)) return { code: 'child_failed', message: 'A job that it had spawned failed' }
  return { code: 'error', message: reason }
}
