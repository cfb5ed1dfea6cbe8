import { badRequest } from '../../base/errors'
import type { RuleType } from '../../contract/monitor-rules'

/** Certificates are told about again when fewer days than these are left. */
const TLS_STEPS = [14, 7, 1]
/** Checks that a window must have before it says anything. */
const CHECKS_MIN = 3
export const WINDOW_SECONDS = 300
export const PERCENTILE = 95

/** A window says nothing until it has a few checks, or as many as it can hold. */
export const checksMin = (windowSeconds: number, intervalMs: number) =>
  Math.min(CHECKS_MIN, Math.max(1, Math.floor((windowSeconds * 1_000) / intervalMs)))

/**
 * The step of a certificate that expires: the fewest of `threshold`, 14, 7 and 1 days that it has less than; undefined
 * if it has `threshold` days or more.
 */
export const expiryStep = (threshold: number, daysLeft: number): number | undefined =>
  [threshold, ...TLS_STEPS.filter(step => step < threshold)].filter(step => daysLeft < step).at(-1)

const USUAL: Partial<Record<RuleType, number>> = { consecutive_failures: 3, missed_heartbeat: 1, tls_expiry: 30 }

/** The threshold of a rule, which some types can do without. @throws Problem 400 */
export function thresholdOf({
  type,
  threshold = USUAL[type],
}: {
  type: RuleType
  threshold?: number | undefined
}): number {
  if (threshold === undefined) throw badRequest([{ path: 'body.threshold', message: `is required for ${type}` }])
  return threshold
}
