import { decodeText } from '../../../text/decode'
import { deadline } from '../../base/deadline'
import { bodyStart, type HttpResponse, send } from '../../base/http'
import type { Outbound } from '../../base/outbound'
import { reach } from '../../base/reach'
import { failedSend, refusedSend, type SendOutcome } from './outcome'

/** For everything from the name to the end of the response. */
const DEADLINE_MS = 10_000
/** How much of a response is read. */
const BODY_BYTES_MAX = 4_096
const EXCERPT_CHARS = 200
/** Longer waits are cut: the notice would be old news. */
const RETRY_AFTER_MS_MAX = 3_600_000

export interface PostRequest {
  url: URL
  headers: Record<string, string>
  body: string
}

/**
 * Posts JSON once, through the guard, over a new connection. Redirects are not followed: whoever may redirect could lead
 * the secrets of a receiver elsewhere. Status 408, 429 and 5xx and failures of the network may be retried.
 * @throws the reason of an aborted `signal`
 */
export async function post(outbound: Outbound, request: PostRequest, parent: AbortSignal): Promise<SendOutcome> {
  const { url, headers, body } = request
  const limit = deadline(parent, DEADLINE_MS)
  const isSecure = url.protocol === 'https:'
  try {
    const port = Number(url.port || (isSecure ? 443 : 80))
    const socket = await reach(outbound, { host: url.hostname, port, isSecure }, limit.signal)
    if ('error' in socket) return refusedSend(socket.error)
    try {
      const sent = { url, method: 'POST', headers: { 'content-type': 'application/json', ...headers } }
      const answer = await send(socket, { ...sent, body: Buffer.from(body) }, limit.signal)
      return 'error' in answer ? refusedSend(answer.error) : await outcomeOf(answer, limit.signal)
    } finally {
      socket.destroy()
    }
  } finally {
    limit.end()
  }
}

async function outcomeOf(answer: HttpResponse, signal: AbortSignal): Promise<SendOutcome> {
  const { statusCode = 0, headers } = answer.response
  const start = await bodyStart(answer, BODY_BYTES_MAX, signal)
  if (statusCode >= 200 && statusCode < 300) return { ok: true, statusCode }
  if (statusCode < 400)
    return failedSend(`It answered ${statusCode}; redirects are not followed`, { statusCode, isFinal: true })
  const excerpt = decodeText(start).trim().slice(0, EXCERPT_CHARS)
  const isFinal = statusCode < 500 && statusCode !== 408 && statusCode !== 429
  const retryAfterMs = isFinal ? undefined : waitOf(headers['retry-after'], Date.now())
  const error = excerpt ? `It answered ${statusCode}: ${excerpt}` : `It answered ${statusCode}`
  return failedSend(error, { statusCode, retryAfterMs, isFinal })
}

/** `Retry-After` in ms: seconds or a date (RFC 9110 section 10.2.3). */
export function waitOf(value: string | undefined, now: number): number | undefined {
  if (!value) return undefined
  const ms = /^\d{1,10}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now
  return Number.isNaN(ms) ? undefined : Math.min(RETRY_AFTER_MS_MAX, Math.max(0, ms))
}
