import type { NotificationReason } from '../../contract/receivers'
import type { OpenAlert } from '../occurrences'
import { mutedBy } from './mute-step'
import type { Round } from './round'

const BY_MAX = 20
const FINGERPRINTS_MAX = 1_000

/** Why alerts of a group are left out of its notifications. */
export interface MutedDecision {
  reason: NotificationReason
  by: string[]
  fingerprints: string[]
  /** Changes with the reason. */
  key: string
}

/** @param open all that fires in the group. @returns undefined when nothing of it is muted */
export function mutedDecision(
  { muting }: Pick<Round, 'muting'>,
  open: readonly OpenAlert[],
): MutedDecision | undefined {
  const by = new Set<string>()
  const fingerprints: string[] = []
  let isSilenced = false
  let isInhibited = false
  for (const alert of open) {
    const mutes = muting.mutesOf(alert)
    const names = mutedBy(mutes)
    if (!names.length) continue
    const { fingerprint } = alert
    if (fingerprints.length < FINGERPRINTS_MAX) fingerprints.push(fingerprint)
    isSilenced ||= mutes.silencedBy.length > 0
    isInhibited ||= mutes.inhibitedBy.length > 0
    for (const each of names) if (by.size < BY_MAX) by.add(each)
  }
  if (!fingerprints.length) return undefined
  const reason = isSilenced ? 'silenced' : isInhibited ? 'inhibited' : 'maintenance'
  // Inhibiting alerts come and go, which is no other reason.
  const key = reason === 'inhibited' ? reason : [reason, ...[...by].sort()].join(' ')
  return { reason, by: [...by], fingerprints, key }
}
