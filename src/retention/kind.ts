import { z } from '../base/parse'
import { reason } from '../contract/fields'
import { defineKind } from '../jobs'

/** Removes everything past its retention period, or counts it. Only one of each runs at a time: a second request returns the running job. */
export const cleanup = defineKind({
  name: 'cleanup',
  queue: 'cleanup',
  input: z.strictObject({ dry_run: z.boolean().default(false), reason: reason.optional() }),
  options: {
    attempts: 3,
    backoffMs: 5_000,
    dedupe: ({ dry_run }) => (dry_run ? 'dry run' : 'sweep'),
    byRequest: false,
  },
})

/** The job kinds of this area. */
export const retentionKinds = [cleanup]
