import { acquireConnectionSlot } from '../connection-slots'
import { pause } from '../pause'
import { outcomeOfResponse } from '../refusal'
import { type Frame, filterQuery, type Outcome, type Sink, type StreamRequest, type Transport } from '../transport'
import { createWatchdog } from '../watchdog'

const WAIT_MS = 25_000
/** Time for the reply to arrive, beyond the wait. */
const REPLY_TIMEOUT_MS = 35_000
/** Between short polls. After news the pause is shorter, since a reply may hold only a part of it. */
const PAUSE_MS = 1_000
const PAUSE_AFTER_NEWS_MS = 250

/**
 * Long polling: one request after the other, each held by the server until there is news. While other tabs hold all
 * connection slots, polls are short, with a pause between them.
 */
export const poll: Transport = async (request, sink, signal) => {
  let after = request.resume.id
  for (;;) {
    const release = await acquireConnectionSlot(request.baseUrl, signal)
    const result = await pollOnce(request, after, release ? WAIT_MS : 0, sink, signal).finally(release)
    if ('kind' in result) return result
    after = result.last_event_id ?? after
    if (result.ended) return { kind: 'ended' }
    if (!release) await pause(result.events?.length ? PAUSE_AFTER_NEWS_MS : PAUSE_MS, signal)
  }
}

interface Answer {
  events?: Array<Omit<Frame, 'id'> & { id: string | null }>
  last_event_id?: string
  ended?: boolean
}

async function pollOnce(
  request: StreamRequest,
  after: string,
  waitMs: number,
  sink: Sink,
  signal: AbortSignal,
): Promise<Answer | Outcome> {
  const watchdog = createWatchdog(signal, waitMs + REPLY_TIMEOUT_MS)
  try {
    const response = await fetch(addressOf(request, after, waitMs), {
      headers: { ...request.headers, accept: 'application/json' },
      credentials: 'same-origin',
      cache: 'no-store',
      signal: watchdog.signal,
    })
    if (response.status !== 200) return await outcomeOfResponse(response)
    sink.opened()
    const answer = (await response.json()) as Answer
    deliver(answer, sink)
    return answer
  } catch {
    return { kind: 'lost', reason: watchdog.reason() ?? 'The connection was lost.' }
  } finally {
    watchdog.stop()
  }
}

function deliver({ events = [], last_event_id = '' }: Answer, sink: Sink) {
  for (const { event, id, data } of events) sink.frame({ event, id: id ?? '', data })
  sink.id(last_event_id)
}

function addressOf(request: StreamRequest, after: string, waitMs: number) {
  const query = filterQuery(request)
  for (const topic of request.topics) query.append('topic', topic)
  if (after !== '') query.set('after', after)
  query.set('wait_ms', String(waitMs))
  return `${request.baseUrl}/api/stream/poll?${query}`
}
