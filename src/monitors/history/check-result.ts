import type { Check, CheckOutcome } from '../../contract/checks'

/** A check that was made and is to be stored. */
export interface CheckResult {
  id: string
  monitorId: string
  outcome: CheckOutcome
  /** How often it was tried before the result counted. */
  attempts: number
  by: Check['by']
  /** When it was due, in ms: a result for the same time is stored once. Null: it was not scheduled. */
  dueAt: number | null
}

export const checkOf = ({ id, monitorId, outcome, attempts, by }: CheckResult): Check => ({
  ...outcome,
  id,
  monitor_id: monitorId,
  attempts,
  by,
})
