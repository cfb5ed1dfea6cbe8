import type { Outbound } from '../../base/outbound'
import type { CheckOutcome } from '../../contract/checks'
import { attempt } from './attempt'
import { exchange } from './exchange'
import { checkStatus, type ExpectStatus } from './expect'
import { emptyFindings, type HttpFindings, type HttpOutcome } from './outcome'
import { SILENT, type Trace } from './phases'

/** How much of a body is read: enough to see that the server delivers it. */
const BODY_BYTES_MAX = 1024 * 1024

/** What to request from a web server, and what to expect. */
export interface HttpCheck {
  url: string
  method: string
  headers: Record<string, string>
  /** For the whole check, including redirects. */
  timeout_ms: number
  /** Default: 200-299. */
  expect_status?: ExpectStatus
  follow_redirects: boolean
}

/**
 * Checks a web server once, over new connections. Whatever the server or the network does is an outcome, and is
 * logged to `trace` phase by phase as it happens.
 * @throws the reason of an aborted `signal`; anything else is a bug
 */
export async function checkHttp(
  { url, method, headers, timeout_ms, expect_status, follow_redirects }: HttpCheck,
  { signal, outbound, trace = SILENT }: { signal: AbortSignal; outbound: Outbound; trace?: Trace },
): Promise<HttpOutcome> {
  const found = emptyFindings(url)
  const plan = { url, method, headers, followRedirects: follow_redirects, ...MANNER }
  const outcome = await attempt(timeout_ms, { outbound, signal, trace }, async current => {
    await exchange(plan, found, current)
    return checkStatus(current, expect_status)
  })
  return outcomeOf(outcome, found)
}

const MANNER = { family: 'any', version: '1.1', verifyTls: true, bytesMax: BODY_BYTES_MAX, keptMax: 0 } as const

function outcomeOf(outcome: CheckOutcome, { redirects, url, bytes, truncated }: HttpFindings): HttpOutcome {
  const { status, checked_at, latency_ms, phases_ms, status_code, tls, warnings, error } = outcome
  return {
    status,
    checked_at,
    latency_ms: latency_ms ?? 0,
    phases_ms,
    status_code,
    tls,
    redirects,
    url,
    bytes,
    truncated,
    warnings,
    error,
  }
}
