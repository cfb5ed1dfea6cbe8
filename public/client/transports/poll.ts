import { outcomeOfResponse } from '../refusal'
import { type Ask, type Frame, filterQuery, type Outcome, type Sink, type Transport } from '../transport'

const WAIT_MS = 20_000

/** Long polling: one question after the other, each held by the server until there is something to say. */
export const poll: Transport = async (ask, sink, signal) => {
  let after = ask.lastEventId
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
      const outcome = deliver(answer, sink)
      if (outcome) return outcome
      after = answer.next_cursor ?? after
      sink.id(after)
    }
  } catch {
    return { kind: 'lost', reason: 'The connection was lost.' }
  }
}

interface Answer {
  items?: Frame[]
  next_cursor?: string | null
}

function deliver({ items = [] }: Answer, sink: Sink): Outcome | null {
  for (const frame of items) sink.frame(frame)
  return null
}

function addressOf(ask: Ask, after: string) {
  const query = filterQuery(ask)
  for (const topic of ask.topics) query.append('topic', topic)
  if (after !== '') query.set('after', after)
  query.set('wait_ms', String(WAIT_MS))
  return `${ask.baseUrl}/api/stream/poll?${query}`
}
