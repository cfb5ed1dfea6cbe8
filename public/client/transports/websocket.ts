import { outcomeOfResponse } from '../refusal'
import { type Ask, type Frame, filterQuery, type Outcome, type Sink, type Transport } from '../transport'
import { createWatchdog } from '../watchdog'

const OPEN_WITHIN_MS = 10_000
const SILENCE_MS = 80_000

/** The same events as JSON frames, for networks that hold streamed answers back. */
export const websocket: Transport = async (ask, sink, signal) => {
  if (typeof WebSocket === 'undefined')
    return { kind: 'lost', reason: 'There are no WebSockets here.', isRefused: true }
  const ticket = await ticketFor(ask, signal)
  if (typeof ticket !== 'string') return ticket
  const watchdog = createWatchdog(signal, OPEN_WITHIN_MS)
  try {
    return await run(ask, sink, ticket, watchdog)
  } finally {
    watchdog.stop()
  }
}

function run(ask: Ask, sink: Sink, ticket: string, watchdog: ReturnType<typeof createWatchdog>): Promise<Outcome> {
  return new Promise(settle => {
    const socket = new WebSocket(addressOf(ask, ticket))
    const resolve = (outcome: Outcome) => {
      socket.close()
      settle(outcome)
    }
    let isOpen = false
    let isRefused = true // until the handshake is through: browsers do not tell how it was answered
    socket.addEventListener('open', () => {
      isRefused = false
      for (const message of subscriptions(ask)) socket.send(JSON.stringify(message))
    })
    socket.addEventListener('message', ({ data }) => {
      if (!isOpen) sink.opened()
      isOpen = true
      watchdog.rearm(SILENCE_MS)
      const frame = parse(data)
      if (!frame) return
      if (frame.event === 'error') resolve(complaint(frame.data))
      else if (frame.event === 'retry') sink.retry(fieldOf(frame.data, 'retry_ms') ?? 0)
      else {
        sink.frame(frame)
        sink.id(frame.id, topicOf(frame.data) ?? ask.topics[0])
      }
    })
    const lost = () => resolve({ kind: 'lost', reason: watchdog.reason() ?? 'The connection was lost.', isRefused })
    socket.addEventListener('close', ({ code }) => (code === NO_LONGER_ALLOWED ? resolve(REVOKED) : lost()))
    socket.addEventListener('error', lost)
    watchdog.signal.addEventListener('abort', lost)
  })
}

function subscriptions(ask: Ask) {
  const { limit, ...filter } = Object.fromEntries(filterQuery(ask))
  const wanted = { ...filter, ...(limit !== undefined && { limit: limit === 'all' ? limit : Number(limit) }) }
  return ask.topics.map(topic => {
    const known = ask.topics.length === 1 ? ask.resume.id : ask.resume.of(topic)
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
const NO_LONGER_ALLOWED = 1008

const REVOKED: Outcome = {
  kind: 'refused',
  error: { status: 401, code: 'revoked', message: 'You are signed out. Sign in and open the page again.' },
}

const STATUS: Record<string, number> = { not_found: 404, forbidden: 403, unauthorized: 401 }

function complaint(data: unknown): Outcome {
  const { code, errors } = (data ?? {}) as { code?: string; errors?: Array<{ message: string }> }
  const message = errors?.map(error => error.message).join(' ') || 'The server refused to subscribe.'
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

function addressOf(ask: Ask, ticket: string) {
  const origin = ask.baseUrl === '' ? location.origin : ask.baseUrl
  const url = new URL(`${origin.replace(/^http/, 'ws')}/ws/stream`)
  if (ticket !== '') url.searchParams.set('ticket', ticket)
  return url.href
}

/** A WebSocket cannot send headers: a program changes its token into a ticket that serves once. */
async function ticketFor(ask: Ask, signal: AbortSignal): Promise<string | Outcome> {
  if (Object.keys(ask.headers).length === 0) return ''
  try {
    const response = await fetch(`${ask.baseUrl}/api/tickets`, {
      method: 'POST',
      headers: { ...ask.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ topics: ask.topics }),
      signal,
    })
    if (!response.ok) return await outcomeOfResponse(response)
    const { ticket } = (await response.json()) as { ticket: string }
    return ticket
  } catch {
    return { kind: 'lost', reason: 'The connection was lost.' }
  }
}
