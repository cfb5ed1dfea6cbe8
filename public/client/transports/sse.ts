import { acquireConnectionSlot } from '../connection-slots'
import { outcomeOfResponse } from '../refusal'
import { SseParser } from '../sse-parser'
import { filterQuery, type Outcome, type Sink, type StreamRequest, type Transport } from '../transport'
import { createWatchdog } from '../watchdog'

/** Until the first byte. A longer delay means that a proxy buffers the stream. */
const OPEN_TIMEOUT_MS = 10_000
/** Slightly less than three heartbeats of the slowest topics. */
const SILENCE_MS = 80_000

/** Server-sent events over `fetch`, which unlike EventSource can send headers and read the status. */
export const sse: Transport = async (request, sink, signal) => {
  if (request.options.transports?.length === 1) return stream(request, sink, signal)
  const release = await acquireConnectionSlot(request.baseUrl, signal)
  return release ? stream(request, sink, signal).finally(release) : { kind: 'no_connection_slot' }
}

async function stream(request: StreamRequest, sink: Sink, signal: AbortSignal): Promise<Outcome> {
  const watchdog = createWatchdog(signal, OPEN_TIMEOUT_MS)
  try {
    const response = await fetch(addressOf(request), {
      headers: {
        ...request.headers,
        accept: 'text/event-stream',
        ...(request.resume.id !== '' && { 'last-event-id': request.resume.id }),
      },
      credentials: 'same-origin',
      cache: 'no-store',
      signal: watchdog.signal,
    })
    if (response.status !== 200) return await outcomeOfResponse(response)
    const type = response.headers.get('content-type') ?? ''
    if (!/^text\/event-stream\s*(;|$)/i.test(type) || !response.body) {
      await response.body?.cancel()
      return { kind: 'lost', reason: `The server answered ${type || 'nothing'} instead of a stream.` }
    }
    return await read(response.body, sink, watchdog.rearm)
  } catch {
    return { kind: 'lost', reason: watchdog.reason() ?? 'The connection was lost.' }
  } finally {
    watchdog.stop()
  }
}

async function read(body: ReadableStream<Uint8Array>, sink: Sink, rearm: (ms: number) => void): Promise<Outcome> {
  const parser = new SseParser({
    onEvent: ({ event, id, data }) => {
      const parsed = parse(data)
      if (parsed !== undefined) sink.frame({ event, id, data: parsed })
    },
    onRetry: ms => sink.retry(ms),
  })
  const reader = body.getReader()
  let isOpen = false
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return { kind: 'lost', reason: 'The server closed the connection.' }
    if (!isOpen) sink.opened()
    isOpen = true
    rearm(SILENCE_MS)
    parser.push(value)
    sink.id(parser.lastEventId)
  }
}

/** Undefined for malformed JSON. The event is dropped, and the next one reveals the gap. */
function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}

/** A single topic has a URL of its own; several share `/api/stream`. */
export function addressOf(request: StreamRequest): string {
  const query = filterQuery(request)
  const path = pathOf(request, query)
  const text = query.toString()
  return `${request.baseUrl}${path}${text === '' ? '' : `?${text}`}`
}

function pathOf(request: StreamRequest, query: URLSearchParams): string {
  const [topic, ...more] = request.topics
  if (topic !== undefined && more.length === 0) {
    if (topic === 'events') return '/api/v1/stream/events'
    const [family, name = ''] = [topic.slice(0, topic.indexOf(':')), topic.slice(topic.indexOf(':') + 1)]
    if (family === 'job') return `/api/jobs/${encodeURIComponent(name)}/logs/stream`
    if (family === 'service') {
      query.set('service', name)
      return '/api/service/logs/stream'
    }
  }
  for (const each of request.topics) query.append('topic', each)
  return '/api/stream'
}
