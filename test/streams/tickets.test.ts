import { SseReader } from '../support/sse'
import { append, newTopic, numbered } from '../support/streams'
import { app, useTwoApps } from './two-apps'

const FRIEND = 'https://app.example.org'
useTwoApps({ app: { CORS_ORIGINS: FRIEND } })

async function ticketFor(topic: string) {
  const reply = await app.post('/api/tickets', { topics: [topic] }, { origin: FRIEND })
  expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([201, FRIEND])
  return ((await reply.json()) as { ticket: string }).ticket
}
const streamOf = (topic: string, ticket: string) => `${app.url}/api/stream?topic=${topic}&ticket=${ticket}`

test('an EventSource of a named origin opens a stream with a ticket, once', async () => {
  const topic = newTopic()
  await append(app, topic, numbered(1, 1))
  const url = streamOf(topic.name, await ticketFor(topic.name))
  const reader = await SseReader.open(url, { origin: FRIEND })
  await reader.until(() => reader.lines.length === 1)
  const { headers } = reader.response
  expect(headers.get('access-control-allow-origin')).toBe(FRIEND)
  expect(headers.get('access-control-allow-credentials')).toBeNull()
  const again = await fetch(url, { headers: { origin: FRIEND } })
  expect([again.status, again.headers.get('access-control-allow-origin')]).toEqual([401, FRIEND])
  await reader.close()
})

test('a ticket opens its own topics only, and nothing but streams', async () => {
  const [mine, other] = [newTopic(), newTopic()]
  for (const topic of [mine, other]) await append(app, topic, numbered(1, 1))
  expect((await fetch(streamOf(other.name, await ticketFor(mine.name)))).status).toBe(403)
  expect((await fetch(`${app.url}/api/v1/stream/events?ticket=${await ticketFor(mine.name)}`)).status).toBe(403)
  for (const path of ['/api/jobs', '/api/stream/poll'])
    expect([path, (await fetch(`${app.url}${path}?ticket=${await ticketFor(mine.name)}`)).status]).toEqual([path, 401])
})
