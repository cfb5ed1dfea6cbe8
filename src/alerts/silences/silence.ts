import type { Labels, Matcher } from '../../contract/matchers'
import type { Silence, SilenceState } from '../../contract/silences'

/** A silence as it is stored. Times are in milliseconds since 1970. */
export interface StoredSilence {
  id: string
  tenantId: string
  matchers: readonly Matcher[]
  startsAt: number
  endsAt: number
  comment: string
  createdBy: string
  /** Alertmanager's, kept as they are. */
  annotations: Labels
  /** The silence that this one replaced when it was edited. */
  replaces: string | null
  createdAt: number
  updatedAt: number
}

/**
 * The state of a silence follows from the time alone. One that was started or ended "now" by a process whose clock is
 * ahead counts as such at once for all others.
 */
export function stateOf({ startsAt, endsAt, updatedAt }: StoredSilence, now: number): SilenceState {
  const at = Math.max(now, updatedAt)
  if (at >= endsAt) return 'expired'
  return at >= startsAt ? 'active' : 'pending'
}

/** A silence as the contract shows it. */
export const shownSilence = (silence: StoredSilence, now: number): Silence => ({
  id: silence.id,
  state: stateOf(silence, now),
  matchers: [...silence.matchers],
  starts_at: isoOf(silence.startsAt),
  ends_at: isoOf(silence.endsAt),
  comment: silence.comment,
  created_by: silence.createdBy,
  created_at: isoOf(silence.createdAt),
  updated_at: isoOf(silence.updatedAt),
  replaces: silence.replaces,
})

const isoOf = (ms: number) => new Date(ms).toISOString()
