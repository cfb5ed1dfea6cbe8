import { WARNING_CODES } from '../../base/http'
import type { Trace } from './phases'

/** The codes of all warnings of a check. They are listed in docs/health-checks.md. */
export const CHECK_WARNING_CODES = [
  'address_failed',
  'certificate_expires_soon',
  'certificate_not_trusted',
  'body_truncated',
  'charset_unknown',
  'redirect_leaves_tls',
  'cookies_left_out',
  ...WARNING_CODES,
] as const

export interface CheckWarning {
  code: (typeof CHECK_WARNING_CODES)[number]
  /** A message for people. */
  message: string
}

/** Logs a warning and adds it to the outcome, unless that already has one with its code. */
export function warn(
  { code, message }: CheckWarning,
  outcome: { warnings: { code: string; message: string }[] },
  trace: Trace,
  data: Record<string, unknown> = {},
) {
  if (!outcome.warnings.some(known => known.code === code)) outcome.warnings.push({ code, message })
  return trace.log('warn', message, { code, ...data })
}
