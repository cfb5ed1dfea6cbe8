import {
  append,
  end,
  jobState,
  messages,
  newJobTopic,
  newTopic,
  numbered,
  numberedMessages,
  openStream,
} from '../support/streams'
import { app, other, useTwoApps } from './two-apps'

useTwoApps()

const status = (value: string) => ({ kind: 'status', data: jobState(value), state: jobState(value) })

test.each([
  ['limit=0', 0],
  ['limit=7', 7],
  ['', 100],
  ['limit=all', 1_200],
])('with %p a new reader gets the last %p of 1,200 lines, then new ones', async (query, count) => {
  const topic = newTopic()
  await append(app, topic, numbered(1, 1_200))
  const reader = await openStream(other, topic, query)
  await reader.until(() => reader.lines.length === count)
  await append(app, topic, numbered(1_201, 5))
  await reader.until(() => reader.lines.length === count + 5)
  expect(messages(reader)).toEqual(numberedMessages(1_201 - count, count + 5))
  await reader.close()
})

test('in a topic without lines a new reader gets the last entries, not all', async () => {
  const topic = newTopic()
  await append(
    app,
    topic,
    Array.from({ length: 150 }, (_, i) => ({ kind: 'note', data: { no: i + 1 } })),
  )
  const reader = await openStream(app, topic, 'limit=10')
  await reader.until(() => reader.named('note').some(({ data }) => data.no === 150))
  expect(reader.named('note').map(({ data }) => data.no)).toEqual(Array.from({ length: 10 }, (_, i) => 141 + i))
  await reader.close()
})

test("the state comes first, with the reader's position as id; events it includes are not replayed", async () => {
  const topic = await newJobTopic(app)
  await append(app, topic, [status('pending'), ...numbered(1, 3), status('running'), ...numbered(4, 3)])
  const reader = await openStream(app, topic, 'limit=4')
  await reader.until(() => reader.lines.length === 4)
  const [first, ...rest] = reader.events
  expect(first).toMatchObject({ event: 'status', data: jobState('running'), id: expect.stringMatching(/\.3$/) })
  expect(rest.map(({ event }) => event)).not.toContain('status')
  await append(app, topic, [status('done')])
  await reader.until(() => reader.named('status').length === 2)
  expect(reader.named('status')[1]?.data).toMatchObject(jobState('done'))
  await reader.close()
})

test('an empty state is valid JSON', async () => {
  const topic = newTopic()
  await append(app, topic, [{ kind: 'status', data: {}, state: {} }])
  const reader = await openStream(app, topic)
  expect((await reader.next('status')).data).toEqual({ topic: topic.name })
  await reader.close()
})

for (const side of ['the same', 'another'] as const) {
  test(`a reader resumes on ${side} process after its id, even in the middle of a batch`, async () => {
    const topic = await newJobTopic(app)
    await append(app, topic, numbered(1, 300))
    const first = await openStream(app, topic, 'limit=all')
    await first.until(() => first.lines.length === 300)
    await first.close()
    const epoch = first.lastId.split('.')[0]
    const second = await openStream(side === 'the same' ? app : other, topic, '', { 'last-event-id': `${epoch}.123` })
    await append(app, topic, numbered(301, 50))
    await second.until(() => second.lines.length >= 227)
    expect(messages(second)).toEqual(numberedMessages(124, 227))
    await second.close()
    const third = await openStream(side === 'the same' ? app : other, topic, `last_event_id=${epoch}.340`)
    await third.until(() => third.lines.length >= 10)
    expect(messages(third)).toEqual(numberedMessages(341, 10))
    expect(third.named('reset')).toEqual([])
    await third.close()
  })
}

test.each([
  ['an unknown epoch', 'zzzzzzzz.3', 'unknown_epoch'],
  ['a place that is not there yet', 'EPOCH.99', 'future'],
  ['something unreadable', 'what is this', 'unreadable'],
])('an id with %s is answered with a reset, then as without an id', async (_name, id, reason) => {
  const topic = await newJobTopic(app)
  await append(app, topic, [status('running'), ...numbered(1, 5)])
  const probe = await openStream(app, topic)
  const epoch = (await probe.next('logs')).id.split('.')[0] ?? ''
  await probe.close()
  const reader = await openStream(app, topic, 'limit=2', { 'last-event-id': id.replace('EPOCH', epoch) })
  await reader.until(() => reader.lines.length === 2)
  expect(reader.events.map(({ event }) => event)).toEqual(['reset', 'status', 'logs'])
  expect(reader.events[0]?.data).toEqual({ topic: topic.name, epoch, reason })
  expect(messages(reader)).toEqual(['line 4', 'line 5'])
  await reader.close()
})

test('a reset on an ended topic sends reset, status and end, and nothing more', async () => {
  const topic = await newJobTopic(app)
  await append(app, topic, numbered(1, 3))
  await end(app, topic, 'completed', jobState('completed'))
  const reader = await openStream(app, topic, 'limit=0', { 'last-event-id': 'unreadable' })
  await reader.finished
  expect(reader.events.map(({ event }) => event)).toEqual(['reset', 'status', 'end'])
})

test('trimmed entries are reported as a gap with exact numbers, followed by the rest', async () => {
  const topic = await newJobTopic(app)
  await append(app, topic, numbered(1, 60))
  await append(app, topic, numbered(61, 40))
  const probe = await openStream(app, topic, 'limit=1')
  const epoch = (await probe.next('logs')).id.split('.')[0]
  await probe.close()
  await app.app.db('stream_topics').where({ name: topic.name }).update({ first_seq: 61 })
  await app.app.db.raw(
    'DELETE FROM stream_chunks c USING stream_topics t WHERE t.id = topic_id AND t.name = ? AND c.last_seq < 61',
    [topic.name],
  )
  const reader = await openStream(app, topic, '', { 'last-event-id': `${epoch}.20` })
  await reader.until(() => reader.lines.length === 40)
  expect((await reader.next('gap')).data).toEqual({
    topic: topic.name,
    from_seq: 21,
    to_seq: 60,
    missed: 40,
    reason: 'retention',
  })
  expect(reader.events.findIndex(({ event }) => event === 'gap')).toBeLessThan(
    reader.events.findIndex(({ event }) => event === 'logs'),
  )
  expect(messages(reader)).toEqual(numberedMessages(61, 40))
  const atEdge = await openStream(app, topic, '', { 'last-event-id': `${epoch}.60` })
  await atEdge.until(() => atEdge.lines.length === 40)
  expect(atEdge.named('gap')).toEqual([])
  await Promise.all([reader.close(), atEdge.close()])
})

test('`end` comes last, then its id is answered with 204; a reopened topic can be read again', async () => {
  const topic = await newJobTopic(app)
  const reader = await openStream(app, topic)
  await append(app, topic, numbered(1, 3))
  await end(other, topic, 'completed', jobState('completed'))
  await reader.finished
  expect(reader.events.at(-1)).toMatchObject({ event: 'end', data: { topic: topic.name, reason: 'completed' } })
  expect(messages(reader)).toEqual(numberedMessages(1, 3))
  const again = await openStream(other, topic, '', { 'last-event-id': reader.lastId })
  expect(again.response.status).toBe(204)
  const fresh = await openStream(other, topic)
  await fresh.finished
  expect(fresh.events.map(({ event }) => event)).toEqual(['status', 'logs', 'end'])
  await append(app, topic, [status('running')])
  const reopened = await openStream(other, topic, '', { 'last-event-id': reader.lastId })
  expect(reopened.response.status).toBe(200)
  await append(app, topic, numbered(4, 1))
  await reopened.until(() => messages(reopened).includes('line 4'))
  await reopened.close()
})

test('a reader that joins during writes gets every line once and in order', async () => {
  const topic = newTopic()
  const total = 20_000
  const writing = (async () => {
    for (let from = 1; from <= total; from += 50) {
      await app.app.streams.write(topic, numbered(from, 50))
      if (from % 1_000 === 1) await app.app.streams.flush()
    }
    await app.app.streams.flush()
  })()
  const early = await openStream(other, topic, 'limit=all')
  await early.until(() => early.lines.length > 5_000)
  const late = await Promise.all([app, other].map(each => openStream(each, topic, 'limit=all')))
  await writing
  for (const reader of [early, ...late]) {
    await reader.until(() => reader.lines.length >= total)
    expect(messages(reader)).toEqual(numberedMessages(1, total))
    await reader.close()
  }
})

test('a recreated topic sends a reset to its readers, then all entries', async () => {
  const topic = newTopic()
  await append(app, topic, numbered(1, 500))
  const reader = await openStream(app, topic, 'limit=5')
  await reader.until(() => reader.lines.length === 5)
  await app.app.db('stream_topics').where({ name: topic.name }).delete()
  await append(other, topic, [status('again'), ...numbered(1, 3)])
  await reader.until(() => reader.lines.length === 8)
  await append(other, topic, numbered(4, 20))
  await reader.until(() => reader.lines.length === 28)
  expect(reader.events.slice(1, 3)).toMatchObject([
    { event: 'reset', data: { topic: topic.name, reason: 'epoch_changed' } },
    { event: 'status', data: jobState('again') },
  ])
  expect(messages(reader).slice(5)).toEqual(numberedMessages(1, 23))
  await reader.close()
})

test('after a restore, new epochs reset readers', async () => {
  const topic = newTopic()
  await append(app, topic, numbered(1, 5))
  await append(app, topic, numbered(6, 5))
  const before = await openStream(app, topic, 'limit=all')
  await before.until(() => before.lines.length === 10)
  const id = before.lastId
  await before.close()
  const { db } = app.app
  await db.raw(
    'DELETE FROM stream_chunks c USING stream_topics t WHERE t.id = topic_id AND t.name = ? AND c.last_seq > 5',
    [topic.name],
  )
  await db('stream_topics').where({ name: topic.name }).update({ last_seq: 5, last_line: 5 })
  await db.raw('UPDATE stream_topics SET epoch = left(md5(random()::text), 8) WHERE name = ?', [topic.name]) // as in docs/operations.md
  await append(other, topic, numbered(6, 10))
  const after = await openStream(other, topic, `limit=all&last_event_id=${id}`)
  await after.until(() => after.lines.length === 15)
  expect(after.events[0]).toMatchObject({ event: 'reset', data: { topic: topic.name, reason: 'unknown_epoch' } })
  expect(messages(after)).toEqual(numberedMessages(1, 15))
  await after.close()
})

test('entries trimmed while a reader is in history are reported as a gap', async () => {
  const topic = newTopic()
  await append(app, topic, numbered(1, 50))
  await append(app, topic, numbered(51, 50))
  const watching = await openStream(app, topic, 'limit=0') // keeps the topic's old head in memory
  await app.app.db('stream_topics').where({ name: topic.name }).update({ first_seq: 51 })
  await app.app.db.raw(
    'DELETE FROM stream_chunks c USING stream_topics t WHERE t.id = topic_id AND t.name = ? AND c.last_seq < 51',
    [topic.name],
  )
  const reader = await openStream(app, topic, 'limit=all')
  await reader.until(() => reader.lines.length === 50)
  expect(messages(reader)).toEqual(numberedMessages(51, 50))
  await Promise.all([watching.close(), reader.close()])
})
