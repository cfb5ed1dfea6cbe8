import type { Mutes } from '../../src/contract/alerts'

const SILENCE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const FINGERPRINT = /^[0-9a-f]{16}$/

/** What mutes, told apart: ids of silences, fingerprints of inhibiting alerts, and names of maintenance windows. */
export function mutedBy(by: readonly string[]): Mutes {
  const silenced_by = by.filter(each => SILENCE.test(each))
  const inhibited_by = by.filter(each => FINGERPRINT.test(each))
  return { silenced_by, inhibited_by, maintenance: by.filter(each => !SILENCE.test(each) && !FINGERPRINT.test(each)) }
}
