import { outcomeOfResponse } from '../refusal'
import { type Frame, filterQuery, type Outcome, type Sink, type StreamRequest, type Transport } from '../transport'
import { createWatchdog } from '../watchdog'

const OPEN_TIMEOUT_MS = 10_000
const SILENCE_MS = 80_000

/** The same events as JSON frames, for networks whose proxies buffer streamed responses. */
export const websocket: Transport = async (request, sink, signal) => {
  if (typeof WebSocket === 'undefined')
    return { kind: 'lost', reason: 'WebSockets are not available.', isRefused: true }
  const ticket = await ticketFor(request, signal)
  if (typeof ticket !== 'string') return ticket
  const watchdog = createWatchdog(signal, OPEN_TIMEOUT_MS)
  try {
    return await run(request, sink, ticket, watchdog)
  } finally {
    watchdog.stop()
  }
}

function run(
  request: StreamRequest,
  sink: Sink,
  ticket: string,
  watchdog: ReturnType<typeof createWatchdog>,
): Promise<Outcome> {
  return new Promise(settle => {
    const socket = new WebSocket(addressOf(request, ticket))
    const resolve = (outcome: Outcome) => {
      socket.close()
      settle(outcome)
    }
    let isOpen = false
    let isRefused = true // until the handshake succeeds: browsers do not reveal the status of a failed one
    socket.addEventListener('open', () => {
      isRefused = false
      for (const message of subscriptions(request)) socket.send(JSON.stringify(message))
    })
    socket.addEventListener('message', ({ data }) => {
      if (!isOpen) sink.opened()
      isOpen = true
      watchdog.rearm(SILENCE_MS)
      const frame = parse(data)
      if (!frame) return
      if (frame.event === 'error') resolve(outcomeOfError(frame.data))
      else if (frame.event === 'retry') sink.retry(fieldOf(frame.data, 'retry_ms') ?? 0)
      else {
        sink.frame(frame)
        sink.id(frame.id, topicOf(frame.data) ?? request.topics[0])
      }
    })
    const lost = () => resolve({ kind: 'lost', reason: watchdog.reason() ?? 'The connection was lost.', isRefused })
    socket.addEventListener('close', ({ code }) => (code === POLICY_VIOLATION ? resolve(REVOKED) : lost()))
    socket.addEventListener('error', lost)
    watchdog.signal.addEventListener('abort', lost)
  })
}

function subscriptions(request: StreamRequest) {
  const { limit, ...filter } = Object.fromEntries(filterQuery(request))
  const wanted = { ...filter, ...(limit !== undefined && { limit: limit === 'all' ? limit : Number(limit) }) }
  return request.topics.map(topic => {
    const known = request.topics.length === 1 ? request.resume.id : request.resume.positionOf(topic)
    return { op: 'subscribe', topic, after: known || null, filter: wanted }
  })
}

function parse(data: unknown): Frame | null {
  try {
    const { event, id, data: body } = JSON.parse(String(data)) as { event?: unknown; id?: unknown; data?: unknown }
    return typeof event === 'string' ? { event, id: typeof id === 'string' ? id : '', data: body } : null
  } catch {
    return null
  }
}

/** Close code 1008, policy violation (RFC 6455 section 7.4.1). */
const POLICY_VIOLATION = 1008

const REVOKED: Outcome = {
  kind: 'refused',
  error: { status: 401, code: 'revoked', message: 'You are signed out. Sign in and open the page again.' },
}

const STATUS: Record<string, number> = { not_found: 404, forbidden: 403, unauthorized: 401 }

function outcomeOfError(data: unknown): Outcome {
  const { code, errors } = (data ?? {}) as { code?: string; errors?: Array<{ message: string }> }
  const message = errors?.map(error => error.message).join(' ') || 'The server refused the subscription.'
  if (code === undefined || code === 'unavailable') return { kind: 'lost', reason: message }
  return { kind: 'refused', error: { status: STATUS[code] ?? 400, code, message } }
}

function fieldOf(data: unknown, name: string): number | undefined {
  const value = (data as Record<string, unknown> | null)?.[name]
  return typeof value === 'number' ? value : undefined
}

function topicOf(data: unknown): string | undefined {
  const { topic, meta } = (data ?? {}) as { topic?: string; meta?: { topic?: string } }
  return topic ?? meta?.topic
}

function addressOf(request: StreamRequest, ticket: string) {
  const origin = request.baseUrl === '' ? location.origin : request.baseUrl
  const url = new URL(`${origin.replace(/^http/, 'ws')}/ws/stream`)
  if (ticket !== '') url.searchParams.set('ticket', ticket)
  return url.href
}

/** WebSockets in browsers cannot send headers, so programs exchange their token for a one-time ticket. */
async function ticketFor(request: StreamRequest, signal: AbortSignal): Promise<string | Outcome> {
  if (Object.keys(request.headers).length === 0) return ''
  try {
    const response = await fetch(`${request.baseUrl}/api/tickets`, {
      method: 'POST',
      headers: { ...request.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ topics: request.topics }),
      signal,
    })
    if (!response.ok) return await outcomeOfResponse(response)
    const { ticket } = (await response.json()) as { ticket: string }
    return ticket
  } catch {
    return { kind: 'lost', reason: 'The connection was lost.' }
  }
}
