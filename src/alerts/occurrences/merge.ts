import { type OpenAlert, RESOLVE_TIMEOUT_MS } from './open-alert'

/** The period of a report with its defaults filled in, in milliseconds. */
export interface Period {
  startsAt: number
  endsAt: number
  /** Whether the sender gave the end. */
  hasGivenEnd: boolean
}

/** Fills in what was not given as Alertmanager does: a lone end is the start too. */
export function periodOf(given: { startsAt: number | null; endsAt: number | null }, nowMs: number): Period {
  return {
    startsAt: given.startsAt ?? given.endsAt ?? nowMs,
    endsAt: given.endsAt ?? nowMs + RESOLVE_TIMEOUT_MS,
    hasGivenEnd: given.endsAt !== null,
  }
}

/** What a report means for the open alert with the same labels. */
export type Decision =
  /** It goes on, perhaps with other times. */
  | { type: 'repeat'; startsAt: number; endsAt: number | null; hasGivenEnd: boolean }
  | { type: 'resolve'; startsAt: number; endsAt: number }
  /** It ended before this report began, which is a new occurrence. */
  | { type: 'again' }

/**
 * Alertmanager's rules (`provider/mem` and `types.Alert.Merge` of 0.25): periods are merged only if a new time is strictly
 * inside the old period, otherwise the new period replaces the old one. Unlike there, a period that begins after the end
 * of the old one is a new occurrence.
 */
export function decide(
  open: Pick<OpenAlert, 'startsAt' | 'endsAt' | 'hasGivenEnd'>,
  reported: Period,
  nowMs: number,
): Decision {
  const end = open.endsAt ?? Number.POSITIVE_INFINITY
  const isInside = (time: number) => time > open.startsAt && time < end
  const isMerged = isInside(reported.endsAt) || isInside(reported.startsAt)
  const startsAt = isMerged ? Math.min(open.startsAt, reported.startsAt) : reported.startsAt
  if (reported.endsAt <= nowMs) {
    const isLatest = !isMerged || end > nowMs || reported.endsAt > end
    return { type: 'resolve', startsAt, endsAt: isLatest ? reported.endsAt : end }
  }
  if (end <= nowMs && reported.startsAt > end) return { type: 'again' }
  const { hasGivenEnd } = reported
  // reported by a part of the platform itself, which also resolves it
  if (open.endsAt === null) return { type: 'repeat', startsAt, endsAt: null, hasGivenEnd: false }
  const isOldEndValid = isMerged && open.hasGivenEnd && end > reported.endsAt
  return { type: 'repeat', startsAt, endsAt: isOldEndValid ? end : reported.endsAt, hasGivenEnd }
}
