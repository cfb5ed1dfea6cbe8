import { counted } from '../../text/numbers'
import { z } from '../base/parse'
import { reason } from '../contract/fields'
import type { JobOutcome } from '../contract/jobs'
import { defineKind } from '../jobs'

/** What a run has done: its progress and its result. */
export interface SweepResult {
  dry_run: boolean
  /** Removed items by target; in a dry run those that would be removed. */
  counts: Record<string, number>
  errors: Record<string, string>
}

/** Removes everything past its retention period, or counts it. Only one of each runs at a time: a second request returns the running job. */
export const cleanup = defineKind({
  name: 'cleanup',
  queue: 'cleanup',
  input: z.strictObject({ dry_run: z.boolean().default(false), reason: reason.optional() }),
  outcome,
  options: {
    attempts: 3,
    backoffMs: 5_000,
    dedupe: ({ dry_run }) => (dry_run ? 'dry run' : 'sweep'),
    byRequest: false,
  },
})

function outcome({ dry_run, counts }: SweepResult): JobOutcome {
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return { level: 'ok', text: `${counted(rows, 'row')} ${dry_run ? 'would be removed' : 'removed'}` }
}
