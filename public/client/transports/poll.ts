import { pause } from '../pause'
import { takePlace } from '../place'
import { outcomeOfResponse } from '../refusal'
import { type Ask, type Frame, filterQuery, type Outcome, type Sink, type Transport } from '../transport'
import { createWatchdog } from '../watchdog'

const WAIT_MS = 25_000
/** Beyond the wait, for the answer to come. */
const ANSWER_WITHIN_MS = 35_000
/** Between questions that the server may not hold: sooner while there is news, of which an answer may hold only a part. */
const PAUSE_MS = 1_000
const PAUSE_AFTER_NEWS_MS = 250

/**
 * Polling: one question after the other, each held by the server until there is something to say. While other tabs hold
 * as many connections as they may, it is answered at once and asked again after a pause.
 */
export const poll: Transport = async (ask, sink, signal) => {
  let after = ask.resume.id
  for (;;) {
    const release = await takePlace(ask.baseUrl)
    const result = await question(ask, after, release ? WAIT_MS : 0, sink, signal).finally(release)
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

async function question(
  ask: Ask,
  after: string,
  waitMs: number,
  sink: Sink,
  signal: AbortSignal,
): Promise<Answer | Outcome> {
  const watchdog = createWatchdog(signal, waitMs + ANSWER_WITHIN_MS)
  try {
    const response = await fetch(addressOf(ask, after, waitMs), {
      headers: { ...ask.headers, accept: 'application/json' },
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

function addressOf(ask: Ask, after: string, waitMs: number) {
  const query = filterQuery(ask)
  for (const topic of ask.topics) query.append('topic', topic)
  if (after !== '') query.set('after', after)
  query.set('wait_ms', String(waitMs))
  return `${ask.baseUrl}/api/stream/poll?${query}`
}
