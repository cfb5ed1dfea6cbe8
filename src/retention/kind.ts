import { z } from '../base/parse'
import { defineKind } from '../jobs'

/** Removes what is past its term, or counts it. One at a time of each: who asks meanwhile is given the one that runs. */
export const cleanup = defineKind({
  name: 'cleanup',
  queue: 'cleanup',
  input: z.strictObject({ dry_run: z.boolean().default(false), reason: z.string().max(500).optional() }),
  options: {
    attempts: 3,
    backoffMs: 5_000,
    dedupe: ({ dry_run }) => (dry_run ? 'dry run' : 'sweep'),
    byRequest: false,
  },
})
