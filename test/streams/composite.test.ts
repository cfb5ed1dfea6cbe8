import { append, end, messages, newTopic, numbered, numberedMessages, openStream } from '../support/streams'
import { app, other, useTwoApps } from './two-apps'

useTwoApps()

const linesOf = (reader: Awaited<ReturnType<typeof openStream>>, topic: { name: string }) =>
  reader
    .named('logs')
    .filter(({ data }) => (data.meta as { topic: string }).topic === topic.name)
    .flatMap(({ data }) => (data.logs as { message: string }[]).map(({ message }) => message))

test('50 topics with history on one connection: each complete and in order, and resumed with one id', async () => {
  const topics = Array.from({ length: 50 }, newTopic)
  for (const topic of topics) app.app.streams.write(topic, numbered(1, 20))
  await app.app.streams.flush()
  const first = await openStream(app, topics, 'limit=10')
  await first.until(() => first.lines.length === 500)
  for (const topic of topics) expect(linesOf(first, topic)).toEqual(numberedMessages(11, 10))
  for (const topic of topics) app.app.streams.write(topic, numbered(21, 2))
  await first.until(() => first.lines.length === 600)
  await first.close()
  for (const topic of topics) app.app.streams.write(topic, numbered(23, 3))
  const second = await openStream(other, topics, '', { 'last-event-id': first.lastId })
  await second.until(() => second.lines.length >= 150)
  for (const topic of topics) expect(linesOf(second, topic)).toEqual(numberedMessages(23, 3))
  await second.close()
})

test('resuming with any id of a composite stream repeats and skips nothing', async () => {
  const topics = [newTopic(), newTopic(), newTopic()]
  const first = await openStream(app, topics)
  for (let i = 1; i <= 10; i++) {
    for (const topic of topics) await append(i % 2 ? app : other, topic, numbered(i * 5 - 4, 5))
  }
  await first.until(() => first.lines.length === 150)
  await first.close()
  for (const [at, { id }] of first.events.entries()) {
    if (at % 3 !== 0) continue
    const rest = await openStream(other, topics, '', { 'last-event-id': id })
    for (const topic of topics) {
      const before = first.events
        .slice(0, at + 1)
        .filter(({ event, data }) => event === 'logs' && (data.meta as { topic: string }).topic === topic.name)
        .flatMap(({ data }) => data.logs as unknown[]).length
      await rest.until(() => linesOf(rest, topic).length >= 50 - before)
      expect(linesOf(rest, topic)).toEqual(numberedMessages(before + 1, 50 - before))
    }
    await rest.close()
  }
})

test('each topic has its own `end`; the connection closes after the last, and resuming then answers 204', async () => {
  const topics = [newTopic(), newTopic()] as const
  const reader = await openStream(app, [...topics])
  await append(app, topics[0], numbered(1, 2))
  await end(app, topics[0], 'completed', { value: 1 })
  await reader.next('end')
  expect(reader.closed).toBe(false)
  await append(other, topics[1], numbered(1, 2))
  await reader.until(() => linesOf(reader, topics[1]).length === 2)
  await end(other, topics[1], 'failed')
  await reader.finished
  expect(reader.named('end').map(({ data }) => data)).toEqual([
    { topic: topics[0].name, reason: 'completed' },
    { topic: topics[1].name, reason: 'failed' },
  ])
  const again = await openStream(app, [...topics], '', { 'last-event-id': reader.lastId })
  expect(again.response.status).toBe(204)
})

test('ended topics that are joined together all get their `end`, on a connection that stays usable', async () => {
  const topics = Array.from({ length: 5 }, newTopic)
  for (const topic of topics) {
    await append(app, topic, numbered(1, 2))
    await end(app, topic, 'completed', { value: 1 })
  }
  for (let i = 0; i < 5; i++) {
    const reader = await openStream(app, topics)
    await reader.finished
    expect(reader.named('end')).toHaveLength(5)
    expect(reader.named('status')).toHaveLength(5)
    expect(reader.lines).toHaveLength(10)
  }
})

test('an id of other topics, or of a different order, resets every topic', async () => {
  const topics = [newTopic(), newTopic()] as const
  const reader = await openStream(app, [...topics])
  for (const topic of topics) await append(app, topic, numbered(1, 1))
  await reader.until(() => reader.lines.length === 2)
  await reader.close()
  const swapped = await openStream(app, [topics[1], topics[0]], '', { 'last-event-id': reader.lastId })
  await swapped.until(() => swapped.lines.length === 2)
  expect(swapped.named('reset').map(({ data }) => data.topic)).toEqual([topics[1].name, topics[0].name])
  await swapped.close()
  const inQuery = await app.get(
    `/api/stream?topic=${topics[1].name}&topic=${topics[0].name}&last_event_id=${encodeURIComponent(reader.lastId)}`,
  )
  expect(inQuery.status).toBe(400)
})

test('an id composed by the client resumes each topic, and a new topic starts with its history', async () => {
  const topics = [newTopic(), newTopic(), newTopic()] as const
  for (const topic of topics) await append(app, topic, numbered(1, 20))
  const reader = await openStream(app, topics.slice(0, 2))
  await reader.until(() => reader.lines.length === 40)
  await reader.close()
  const id = `~${reader.lastId.split('~').slice(1).join('~')}~`
  for (const topic of topics) await append(app, topic, numbered(21, 2))
  const after = encodeURIComponent(id)
  for (const [query, headers] of [
    ['limit=5', { 'last-event-id': id }],
    [`limit=5&after=${after}`, {}],
  ] as const) {
    const rest = await openStream(other, [...topics], query, headers)
    await rest.until(() => rest.lines.length >= 9)
    expect(topics.map(topic => linesOf(rest, topic))).toEqual([
      numberedMessages(21, 2),
      numberedMessages(21, 2),
      numberedMessages(18, 5),
    ])
    expect(rest.named('reset')).toEqual([])
    await rest.close()
  }
  const tooFew = await app.get(`/api/stream?topic=${topics[0].name}&topic=${topics[1].name}&after=${after}`)
  expect(tooFew.status).toBe(400)
})

test('one topic accepts both its plain id and a composite id', async () => {
  const topic = newTopic()
  await append(app, topic, numbered(1, 10))
  const reader = await openStream(app, topic, 'limit=all')
  await reader.until(() => reader.lines.length === 10)
  await reader.close()
  const plain = reader.lastId.split('~')[1]?.replace(/\.\d+$/, '.4')
  const second = await openStream(app, topic, '', { 'last-event-id': plain ?? '' })
  await second.until(() => second.lines.length >= 6)
  expect(messages(second)).toEqual(numberedMessages(5, 6))
  await second.close()
})
