import type { Mutes } from '../../contract/alerts'
import type { Labels } from '../../contract/matchers'
import type { OpenAlert } from '../occurrences'
import { formatTime } from './time'

/** What a client is told as the end of an alert that only its source resolves: Alertmanager's `resolve_timeout`. */
const RESOLVE_TIMEOUT_MS = 5 * 60_000
const NOT_MUTED = '{"inhibitedBy":[],"mutedBy":[],"silencedBy":[],"state":"active"}'

/** Labels and annotations as JSON. They never change, so each set is encoded once, however often it is read. */
const encoded = new WeakMap<Labels, string>()

function encodedOnce(labels: Labels): string {
  const known = encoded.get(labels)
  if (known !== undefined) return known
  const text = JSON.stringify(labels)
  encoded.set(labels, text)
  return text
}

/**
 * An alert as in `GET /alerts`.
 * @param receivers JSON of the receivers
 * @param now in ms
 */
export function encodeAlert(alert: OpenAlert, mutes: Mutes, receivers: string, now: number): string {
  const { annotations, labels, fingerprint, startsAt, endsAt, updatedAt, generatorUrl } = alert
  const end = formatTime(endsAt ?? now + RESOLVE_TIMEOUT_MS)
  const url = generatorUrl === null ? '' : `"generatorURL":${JSON.stringify(generatorUrl)},`
  return `{"annotations":${encodedOnce(annotations)},"endsAt":"${end}","fingerprint":"${fingerprint}","receivers":${receivers},"startsAt":"${formatTime(startsAt)}","status":${encodeStatus(mutes)},"updatedAt":"${formatTime(updatedAt)}",${url}"labels":${encodedOnce(labels)}}`
}

function encodeStatus({ silenced_by, inhibited_by, maintenance }: Mutes): string {
  if (!silenced_by.length && !inhibited_by.length && !maintenance.length) return NOT_MUTED
  const status = { inhibitedBy: inhibited_by, mutedBy: maintenance, silencedBy: silenced_by, state: 'suppressed' }
  return JSON.stringify(status)
}
