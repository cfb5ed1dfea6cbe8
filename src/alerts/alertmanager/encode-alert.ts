import type { Labels } from '../../contract/matchers'
import type { MutesNow } from '../muting'
import { type OpenAlert, RESOLVE_TIMEOUT_MS } from '../occurrences'
import { formatTime } from './time'

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
 * @param now in ms; an alert that only its source resolves is said to end a timeout later
 */
export function encodeAlert(alert: OpenAlert, mutes: MutesNow, receivers: string, now: number): string {
  const { annotations, labels, fingerprint, startsAt, endsAt, updatedAt, generatorUrl } = alert
  const end = formatTime(endsAt ?? now + RESOLVE_TIMEOUT_MS)
  const url = generatorUrl === null ? '' : `"generatorURL":${JSON.stringify(generatorUrl)},`
  return `{"annotations":${encodedOnce(annotations)},"endsAt":"${end}","fingerprint":"${fingerprint}","receivers":${receivers},"startsAt":"${formatTime(startsAt)}","status":${encodeStatus(mutes)},"updatedAt":"${formatTime(updatedAt)}",${url}"labels":${encodedOnce(labels)}}`
}

function encodeStatus({ silencedBy, inhibitedBy, maintenance }: MutesNow): string {
  if (!silencedBy.length && !inhibitedBy.length && !maintenance.length) return NOT_MUTED
  return JSON.stringify({ inhibitedBy, mutedBy: maintenance, silencedBy, state: 'suppressed' })
}
