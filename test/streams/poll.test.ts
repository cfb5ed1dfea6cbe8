import type { TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { append, end, metricOf, newTopic, numbered } from '../support/streams'
import { app, other, parts, useTwoApps } from './two-apps'

useTwoApps()

interface Answer {
  events: { event: string; id: string; data: Record<string, unknown> }[]
  last_event_id: string
  ended: boolean
}

async function poll(each: TestApp, query: string): Promise<Answer> {
  const response = await each.get(`/api/stream/poll?${query}`)
  expect(response.status).toBe(200)
  return (await response.json()) as Answer
}

const linesIn = ({ events }: Answer) =>
  events.flatMap(({ event, data }) => (event === 'logs' ? (data.logs as { message: string }[]) : []))
const status = (value: string) => ({ kind: 'status', data: { value }, state: { value } })
/** Longer than any test, so a response that waits for it never arrives. */
const LONG = 'wait_ms=60000'

test('a poll returns existing events at once, and the next one on another process returns new ones', async () => {
  const topic = newTopic()
  await append(app, topic, [status('running'), ...numbered(1, 5)])
  const first = await poll(app, `topic=${topic.name}&limit=all&${LONG}`)
  expect(first.events.map(({ event }) => event)).toEqual(['status', 'logs'])
  expect(first).toMatchObject({ ended: false, last_event_id: first.events.at(-1)?.id })
  const waiting = poll(other, `topic=${topic.name}&after=${first.last_event_id}&${LONG}`)
  await append(app, topic, numbered(6, 1))
  expect(linesIn(await waiting).map(({ message }) => message)).toEqual(['line 6'])
})

test('a poll of a topic that has only a state returns at once', async () => {
  const topic = newTopic()
  await append(app, topic, [status('running')])
  const { events } = await poll(app, `topic=${topic.name}&limit=0&${LONG}`)
  expect(events).toMatchObject([{ event: 'status', data: { value: 'running' } }])
})

test('a change of state between two polls is an event', async () => {
  const topic = newTopic()
  await append(app, topic, [status('running'), ...numbered(1, 1)])
  const first = await poll(app, `topic=${topic.name}&${LONG}`)
  await append(app, topic, [status('stopping')])
  const second = await poll(app, `topic=${topic.name}&after=${first.last_event_id}&${LONG}`)
  expect(second.events).toMatchObject([{ event: 'status', data: { value: 'stopping' } }])
})

test('nothing new within wait_ms: no events, the same position', async () => {
  const topic = newTopic()
  await append(app, topic, [status('running'), ...numbered(1, 1)])
  const first = await poll(app, `topic=${topic.name}&${LONG}`)
  const second = await poll(app, `topic=${topic.name}&after=${first.last_event_id}&wait_ms=0`)
  expect(second).toEqual({ events: [], last_event_id: first.last_event_id, ended: false })
})

test('a long history takes several polls and repeats nothing', async () => {
  const topic = newTopic()
  const long = numbered(1, 1_200).map(entry => ({ ...entry, message: `${entry.message} ${'x'.repeat(2_000)}` }))
  await append(app, topic, long)
  const received: string[] = []
  let query = 'limit=all'
  let answers = 0
  while (received.length < 1_200) {
    const answer = await poll(answers % 2 ? app : other, `topic=${topic.name}&${query}&${LONG}`)
    received.push(...linesIn(answer).map(({ message }) => message.split(' x')[0] ?? ''))
    query = `after=${answer.last_event_id}`
    answers++
  }
  expect(answers).toBeGreaterThan(1)
  expect(received).toEqual(numbered(1, 1_200).map(({ message }) => message))
})

test('several topics have one id; `ended` is true only when all have ended', async () => {
  const topics = [newTopic(), newTopic()] as const
  const names = topics.map(({ name }) => `topic=${name}`).join('&')
  for (const topic of topics) await append(app, topic, numbered(1, 2))
  await end(app, topics[0], 'completed')
  const first = await poll(app, `${names}&${LONG}`)
  expect(linesIn(first)).toHaveLength(4)
  expect(first.ended).toBe(false)
  await append(app, topics[1], numbered(3, 1))
  await end(app, topics[1], 'failed')
  const second = await poll(other, `${names}&after=${encodeURIComponent(first.last_event_id)}&${LONG}`)
  expect(linesIn(second).map(({ message }) => message)).toEqual(['line 3'])
  expect(second.ended).toBe(true)
  expect(second.events.filter(({ event }) => event === 'end').map(({ data }) => data.reason)).toContain('failed')
})

test('a poll interrupted by a stop does not say that the topic has ended', async () => {
  const stopping = await parts.start()
  const topic = newTopic()
  await append(app, topic, numbered(1, 1))
  const first = await poll(app, `topic=${topic.name}`)
  const waiting = poll(stopping, `topic=${topic.name}&after=${first.last_event_id}&${LONG}`)
  await eventually(async () => (await metricOf(stopping, 'tailrace_stream_connections')) === 1, 'the poll waits')
  await stopping.stop()
  expect(await waiting).toMatchObject({ events: [], ended: false, last_event_id: first.last_event_id })
})
