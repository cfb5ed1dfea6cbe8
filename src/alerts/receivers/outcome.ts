import { clean } from '../../../text/display'
import type { Failure } from '../../base/failure'
import { redactText } from '../../base/redact'

/** How sending ended. `isFinal`: trying again cannot help. */
export type SendOutcome =
  | { ok: true; statusCode: number | null }
  | { ok: false; statusCode: number | null; error: string; retryAfterMs?: number; isFinal: boolean }

const ERROR_CHARS_MAX = 500
/** What no later attempt changes, unless somebody changes the settings. */
const FINAL = new Set(['blocked_address', 'dns_name_invalid'])

/** @param error shown to viewers, so secrets and control characters are removed */
export const failedSend = (
  error: string,
  facts: { statusCode?: number; retryAfterMs?: number | undefined; isFinal: boolean },
): SendOutcome => {
  const { statusCode = null, retryAfterMs, isFinal } = facts
  const shown = [...clean(redactText(error)).trim()].slice(0, ERROR_CHARS_MAX).join('')
  return { ok: false, statusCode, error: shown, isFinal, ...(retryAfterMs !== undefined && { retryAfterMs }) }
}

/** The network, or the guard, refused. */
export const refusedSend = ({ code, message }: Failure): SendOutcome =>
  failedSend(message, { isFinal: FINAL.has(code) })
