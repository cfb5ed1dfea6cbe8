import { outcomeOfResponse } from '../refusal'
import { type Ask, type Frame, filterQuery, type Outcome, type Sink, type Transport } from '../transport'

const WAIT_MS = 25_000

/** Long polling: one question after the other, each held by the server until there is something to say. */
export const poll: Transport = async (ask, sink, signal) => {
  let after = ask.resume.id
  try {
    for (;;) {
      const response = await fetch(addressOf(ask, after), {
        headers: { ...ask.headers, accept: 'application/json' },
        credentials: 'same-origin',
        cache: 'no-store',
        signal,
      })
      if (response.status !== 200) return await outcomeOfResponse(response)
      sink.opened()
      const answer = (await response.json()) as Answer
      after = answer.last_event_id ?? after
      deliver(answer, sink)
      if (answer.ended) return { kind: 'ended' }
    }
  } catch {
    return { kind: 'lost', reason: 'The connection was lost.' } satisfies Outcome
  }
}

interface Answer {
  events?: Array<Omit<Frame, 'id'> & { id: string | null }>
  last_event_id?: string
  ended?: boolean
}

function deliver({ events = [], last_event_id = '' }: Answer, sink: Sink) {
  for (const { event, id, data } of events) sink.frame({ event, id: id ?? '', data })
  sink.id(last_event_id)
}

function addressOf(ask: Ask, after: string) {
  const query = filterQuery(ask)
  for (const topic of ask.topics) query.append('topic', topic)
  if (after !== '') query.set('after', after)
  query.set('wait_ms', String(WAIT_MS))
  return `${ask.baseUrl}/api/stream/poll?${query}`
}
