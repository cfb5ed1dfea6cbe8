import { WebSocket } from 'ws'
import type { Topic } from '../../src/streams'
import type { TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { append, end, metricOf, newTopic, numbered, numberedMessages } from '../support/streams'
import { app, other, parts, useTwoApps } from './two-apps'

useTwoApps({ app: { STREAM_HEARTBEAT_MS: '50', STREAM_SLOW_MS: '300' } })

interface Message {
  event: string
  id: string | null
  data: Record<string, unknown>
}

/** A client that waits for messages, never for a time. */
async function open(each: TestApp, query = '', headers: Record<string, string> = each.headers) {
  const socket = new WebSocket(`${each.url.replace('http', 'ws')}/ws/stream${query}`, { headers })
  const received: Message[] = []
  let check = (): void => undefined
  socket.on('message', data => {
    received.push(JSON.parse(String(data)))
    check()
  })
  const closed = new Promise<number>(resolve => socket.once('close', resolve))
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const lines = (topic: Topic) =>
    received
      .filter(({ event, data }) => event === 'logs' && (data.meta as { topic: string }).topic === topic.name)
      .flatMap(({ data }) => (data.logs as { message: string }[]).map(({ message }) => message))
  return {
    socket,
    received,
    closed,
    lines,
    send: (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    until: (done: () => boolean) =>
      new Promise<void>(resolve => {
        check = () => (done() ? resolve() : undefined)
        check()
      }),
    named: (event: string) => received.filter(each => each.event === event),
  }
}

test('NUL in a filter is refused with its path, and the number of faults has the same limit as over HTTP', async () => {
  const client = await open(app)
  const topic = newTopic().name
  for (const filter of [{ types: 'logs,\0' }, { q: 'a\0' }, { 'label.a': '\0' }])
    client.send({ op: 'subscribe', topic, filter })
  client.send({ op: 'subscribe', topic, filter: { level: 'x,'.repeat(900) } })
  await client.until(() => client.named('error').length === 4)
  const faults = client.named('error').map(({ data }) => data as { code: string; errors: { path: string }[] })
  expect(faults.map(({ code }) => code)).toEqual(Array(4).fill('invalid_request'))
  expect(faults.slice(0, 3).map(({ errors }) => errors.map(({ path }) => path))).toEqual([
    ['filter.types'],
    ['filter.q'],
    ['filter.label.a'],
  ])
  expect(faults[3]?.errors).toHaveLength(20)
  client.socket.close()
})

test('topics can be added and removed on one socket; an id resumes on another process', async () => {
  const topics = [newTopic(), newTopic()] as const
  for (const topic of topics) await append(app, topic, numbered(1, 20))
  const client = await open(app)
  client.send({ op: 'subscribe', topic: topics[0].name, filter: { limit: 5 } })
  client.send({ op: 'subscribe', topic: topics[1].name })
  await client.until(() => client.lines(topics[0]).length === 5 && client.lines(topics[1]).length === 20)
  client.send({ op: 'unsubscribe', topic: topics[0].name })
  client.send({ op: 'subscribe', topic: 'nonsense:1' })
  await client.until(() => client.named('error').length === 1) // all earlier messages were handled
  await append(app, topics[0], numbered(21, 1))
  await append(app, topics[1], numbered(21, 1))
  await client.until(() => client.lines(topics[1]).length === 21)
  expect(client.lines(topics[0])).toEqual(numberedMessages(16, 5))
  const id = client.received.findLast(({ data }) => (data.meta as { topic?: string })?.topic === topics[1].name)?.id
  client.socket.close()
  const back = await open(other)
  await append(app, topics[1], numbered(22, 4))
  back.send({ op: 'subscribe', topic: topics[1].name, after: id })
  await back.until(() => back.lines(topics[1]).length >= 4)
  expect(back.lines(topics[1])).toEqual(numberedMessages(22, 4))
  back.socket.close()
})

test('resuming at the end sends only `end`', async () => {
  const topic = newTopic()
  await append(app, topic, numbered(1, 3))
  await end(app, topic, 'completed', { value: 1 })
  const client = await open(app)
  client.send({ op: 'subscribe', topic: topic.name })
  await client.until(() => client.named('end').length === 1)
  client.socket.close()
  const back = await open(other)
  back.send({ op: 'subscribe', topic: topic.name, after: client.named('end')[0]?.id })
  await back.until(() => back.named('end').length === 1)
  expect(back.received).toEqual([
    { event: 'end', id: client.named('end')[0]?.id, data: { topic: topic.name, reason: 'completed' } },
  ])
  back.socket.close()
})

test('a topic that is unsubscribed while joining stays silent, and can be subscribed again', async () => {
  const topic = newTopic()
  await append(app, topic, numbered(1, 3))
  const client = await open(app)
  client.send({ op: 'subscribe', topic: topic.name })
  client.send({ op: 'unsubscribe', topic: topic.name })
  client.send({ op: 'subscribe', topic: topic.name, filter: { limit: 1 } })
  await client.until(() => client.lines(topic).length > 0)
  await append(app, topic, numbered(4, 2))
  await client.until(() => client.lines(topic).includes('line 5'))
  expect(client.lines(topic)).toEqual(['line 3', 'line 4', 'line 5'])
  client.socket.close()
})

test('filters apply to history and live entries; the position also covers entries left out', async () => {
  const topic = newTopic()
  const levels = (from: number) =>
    numbered(from, 10).map((entry, i) => ({ ...entry, level: i % 2 ? ('error' as const) : ('info' as const) }))
  await append(app, topic, levels(1))
  const client = await open(app)
  client.send({ op: 'subscribe', topic: topic.name, filter: { level: 'error', limit: 'all' } })
  await client.until(() => client.lines(topic).length === 5)
  await append(app, topic, [...levels(11), { kind: 'log', message: 'left out' }])
  await client.until(() => client.named('ping').some(({ id }) => id?.endsWith('.21')))
  expect(client.lines(topic)).toEqual(numberedMessages(1, 20).filter((_, i) => i % 2))
  client.socket.close()
})

test('an invalid message is answered with an error that names the fault', async () => {
  const client = await open(app)
  const questions = [
    'no json',
    { op: 'dance' },
    { op: 'subscribe' },
    { op: 'subscribe', topic: 'test:1', filter: { level: 'loud' } },
    { op: 'subscribe', topic: 'test:1', filter: { limt: 3 } },
    { op: 'subscribe', topic: 'test:1', after: 'what' },
    { op: 'unsubscribe', topic: 'test:1', why: 'no field' },
    { op: 'subscribe', topic: 'nonsense:1' },
    { op: 'subscribe', topic: 'test:\u0000' },
    { op: 'subscribe', topic: 'job:not-an-id' },
  ]
  for (const question of questions) client.send(question)
  await client.until(() => client.named('error').length === questions.length)
  const answers = client
    .named('error')
    .map(({ data: { code, errors } }) => [code, (errors as { path: string }[])[0]?.path])
  expect(answers).toEqual(
    expect.arrayContaining([
      ['invalid_request', 'op'],
      ['invalid_request', 'topic'],
      ['invalid_request', 'filter.level.0'],
      ['invalid_request', 'filter.limt'],
      ['invalid_request', 'why'],
      ['invalid_request', 'query.after'],
      ['not_found', 'topic'],
    ]),
  )
  expect(client.named('logs')).toEqual([])
  client.socket.close()
})

test('a page of another origin is refused; a ticket opens only its topics, once', async () => {
  const refused = await open(app, '', { ...app.headers, origin: 'https://elsewhere.example' }).catch(String)
  expect(refused).toMatch(/403/)
  expect(await open(app, '', {}).catch(String)).toMatch(/401/)
  const topics = [newTopic(), newTopic()] as const
  await append(app, topics[0], numbered(1, 1))
  const reply = await app.post('/api/tickets', { topics: [topics[0].name] })
  expect(reply.status).toBe(201)
  const { ticket } = (await reply.json()) as { ticket: string }
  const client = await open(app, `?ticket=${ticket}`, { origin: 'https://elsewhere.example' })
  client.send({ op: 'subscribe', topic: topics[1].name })
  client.send({ op: 'subscribe', topic: topics[0].name })
  await client.until(() => client.lines(topics[0]).length === 1)
  expect(client.named('error')).toMatchObject([{ data: { code: 'forbidden' } }])
  expect(await open(app, `?ticket=${ticket}`, {}).catch(String)).toMatch(/401/)
  client.socket.close()
})

test('`end` ends a topic, not the socket; a stop sends a time to reconnect', async () => {
  const stopping = await parts.start()
  const topic = newTopic()
  await append(app, topic, numbered(1, 1))
  const client = await open(stopping)
  client.send({ op: 'subscribe', topic: topic.name })
  await client.until(() => client.lines(topic).length === 1)
  await end(app, topic, 'completed')
  await client.until(() => client.named('end').length === 1)
  await append(app, topic, [{ kind: 'status', data: {}, state: {} }])
  client.send({ op: 'subscribe', topic: topic.name, filter: { limit: 0 } })
  await client.until(() => client.named('status').length === 1)
  await stopping.stop()
  expect(await client.closed).toBe(1012)
  expect(client.named('retry')).toMatchObject([{ data: { retry_ms: expect.any(Number) } }])
})

test('a client that sends without reading is paused, then closed; others continue', async () => {
  const topic = newTopic()
  const fine = await open(app)
  fine.send({ op: 'subscribe', topic: topic.name })
  const rude = await open(app)
  rude.socket.pause()
  const closedBefore = await metricOf(app, 'tailrace_stream_closed_total', { reason: 'slow_reader' })
  let asking = true
  const ask = () => {
    if (!asking) return
    for (let i = 0; i < 500; i++) rude.send('nonsense')
    setImmediate(ask)
  }
  ask()
  await eventually(
    async () => (await metricOf(app, 'tailrace_stream_closed_total', { reason: 'slow_reader' })) > closedBefore,
    'the rude client is closed',
  )
  asking = false
  rude.socket.terminate()
  await append(app, topic, numbered(1, 1))
  await fine.until(() => fine.lines(topic).length === 1)
  fine.socket.close()
})
