import { outcomeOfResponse } from '../refusal'
import { type Ask, type Frame, filterQuery, type Outcome, type Sink, type Transport } from '../transport'
import { createWatchdog } from '../watchdog'

const OPEN_WITHIN_MS = 10_000
const SILENCE_MS = 80_000

/** The same events as JSON frames, for networks that hold streamed answers back. */
export const websocket: Transport = async (ask, sink, signal) => {
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
  return new Promise(resolve => {
    const socket = new WebSocket(addressOf(ask, ticket))
    let isOpen = false
    socket.addEventListener('open', () => {
      for (const message of subscriptions(ask)) socket.send(JSON.stringify(message))
    })
    socket.addEventListener('message', ({ data }) => {
      if (!isOpen) sink.opened()
      isOpen = true
      watchdog.rearm(SILENCE_MS)
      const frame = parse(data)
      if (!frame) return
      if (frame.event === 'error') resolve({ kind: 'refused', error: errorOf(frame.data) })
      else {
        sink.frame(frame)
        sink.id(frame.id)
      }
    })
    const lost = () => resolve({ kind: 'lost', reason: watchdog.reason() ?? 'The connection was lost.' })
    socket.addEventListener('close', lost)
    socket.addEventListener('error', lost)
    watchdog.signal.addEventListener('abort', () => {
      socket.close()
      lost()
    })
  })
}

function subscriptions(ask: Ask) {
  const filter = Object.fromEntries(filterQuery(ask))
  const after = ask.lastEventId === '' ? {} : { after: ask.lastEventId }
  return ask.topics.map(topic => ({ op: 'subscribe', topic, ...after, filter }))
}

function parse(data: unknown): Frame | null {
  try {
    const { event, id, data: body } = JSON.parse(String(data)) as { event?: unknown; id?: unknown; data?: unknown }
    return typeof event === 'string' ? { event, id: typeof id === 'string' ? id : '', data: body } : null
  } catch {
    return null
  }
}

function errorOf(data: unknown) {
  const { status, code, detail } = (data ?? {}) as { status?: unknown; code?: unknown; detail?: unknown }
  return {
    status: typeof status === 'number' ? status : 0,
    code: typeof code === 'string' ? code : 'refused',
    message: typeof detail === 'string' ? detail : 'The server refused to subscribe.',
  }
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
