import { takePlace } from '../place'
import { outcomeOfResponse } from '../refusal'
import { SseParser } from '../sse-parser'
import { type Ask, filterQuery, type Outcome, type Sink, type Transport } from '../transport'
import { createWatchdog } from '../watchdog'

/** Until the first byte: longer means that something between holds the stream back. */
const OPEN_WITHIN_MS = 10_000
/** Three heartbeats of the slowest kind of topic, less a bit. */
const SILENCE_MS = 80_000

/** Server-sent events over `fetch`, which can send headers and see the status, unlike EventSource. */
export const sse: Transport = async (ask, sink, signal) => {
  if (ask.options.transports?.length === 1) return stream(ask, sink, signal)
  const release = await takePlace(ask.baseUrl)
  return release ? stream(ask, sink, signal).finally(release) : { kind: 'crowded' }
}

async function stream(ask: Ask, sink: Sink, signal: AbortSignal): Promise<Outcome> {
  const watchdog = createWatchdog(signal, OPEN_WITHIN_MS)
  try {
    const response = await fetch(addressOf(ask), {
      headers: {
        ...ask.headers,
        accept: 'text/event-stream',
        ...(ask.resume.id !== '' && { 'last-event-id': ask.resume.id }),
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

/** `undefined` for a broken event: dropped, and noticed as a gap by the next one. */
function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}

/** One topic has its own address; several share `/api/stream`. */
export function addressOf(ask: Ask): string {
  const query = filterQuery(ask)
  const path = pathOf(ask, query)
  const text = query.toString()
  return `${ask.baseUrl}${path}${text === '' ? '' : `?${text}`}`
}

function pathOf(ask: Ask, query: URLSearchParams): string {
  const [topic, ...more] = ask.topics
  if (topic !== undefined && more.length === 0) {
    if (topic === 'events') return '/api/v1/stream/events'
    const [family, name = ''] = [topic.slice(0, topic.indexOf(':')), topic.slice(topic.indexOf(':') + 1)]
    if (family === 'job') return `/api/jobs/${encodeURIComponent(name)}/logs/stream`
    if (family === 'service') {
      query.set('service', name)
      return '/api/service/logs/stream'
    }
  }
  for (const each of ask.topics) query.append('topic', each)
  return '/api/stream'
}
