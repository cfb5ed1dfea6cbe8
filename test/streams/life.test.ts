import { serversOf } from '../../src/base/redis'
import type { TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { SseReader } from '../support/sse'
import {
  append,
  messages,
  metricOf,
  newJobTopic,
  newTopic,
  numbered,
  numberedMessages,
  openStream,
  streamApps,
  streamPath,
} from '../support/streams'

let parts: Awaited<ReturnType<typeof streamApps>>
let app: TestApp

beforeAll(async () => {
  parts = await streamApps()
  app = await parts.start({ STREAM_HEARTBEAT_MS: '50', STREAM_LIFE_MS: '1000' })
})
afterAll(() => parts.stop())

test('a ping has the position of the reader, including entries that a filter left out', async () => {
  const topic = newTopic()
  const reader = await openStream(app, topic, 'level=error')
  await append(app, topic, numbered(1, 7))
  await reader.until(() => reader.named('ping').some(({ id }) => id.endsWith('.7')))
  expect(reader.lines).toEqual([])
  const resumed = await openStream(app, topic, 'level=error', { 'last-event-id': reader.lastId })
  await append(app, topic, [{ kind: 'log', level: 'error', message: 'bad' }])
  await resumed.until(() => resumed.lines.length === 1)
  expect(resumed.named('reset')).toEqual([])
  await Promise.all([reader.close(), resumed.close()])
})

test('connections end after their lifetime, with different times to reconnect', async () => {
  const topic = newTopic()
  const readers = await Promise.all([1, 2, 3, 4, 5].map(() => openStream(app, topic)))
  for (const reader of readers) await reader.finished
  expect(readers.every(({ events }) => events.every(({ event }) => event === 'ping'))).toBe(true)
  expect(new Set(readers.map(({ retryMs }) => retryMs)).size).toBeGreaterThan(1)
})

test('a stop ends every stream with a time to reconnect, without waiting for its deadline', async () => {
  const stopping = await parts.start()
  const topic = newTopic()
  await append(stopping, topic, numbered(1, 3))
  const readers = await Promise.all(Array.from({ length: 20 }, () => openStream(stopping, topic)))
  for (const reader of readers) await reader.until(() => reader.lines.length === 3)
  await stopping.stop()
  for (const reader of readers) {
    await reader.finished
    expect(reader.retryMs).toBeGreaterThanOrEqual(100)
  }
  expect(new Set(readers.map(({ retryMs }) => retryMs)).size).toBeGreaterThan(10)
  expect(await metricOf(stopping, 'tailrace_stream_closed_total', { reason: 'shutdown' })).toBe(20)
})

test('revoking a token in another process ends its streams', async () => {
  const long = await parts.start()
  const other = await parts.start()
  const made = await app.post('/api/tokens', { name: 'short', role: 'viewer' })
  const { token, secret } = (await made.json()) as { token: { id: string }; secret: string }
  const headers = { authorization: `Bearer ${secret}` }
  const topic = await newJobTopic(app)
  const reader = await SseReader.open(long.url + streamPath(topic), headers)
  const mine = await openStream(long, topic)
  expect(reader.response.status).toBe(200)
  await fetch(`${other.url}/api/tokens/${token.id}`, { method: 'DELETE', headers: other.headers })
  await reader.finished
  expect(await metricOf(long, 'tailrace_stream_closed_total', { reason: 'revoked' })).toBe(1)
  expect((await SseReader.open(long.url + streamPath(topic), headers)).response.status).toBe(401)
  await append(app, topic, numbered(1, 1))
  await mine.until(() => mine.lines.length === 1)
  await mine.close()
})

test('100 readers with the same filter need one encoding per window, and no connections to Redis', async () => {
  const busy = await parts.start()
  const topic = await newJobTopic(busy)
  const servers = serversOf(busy.app.jobs.engine.client)
  const clients = async () => {
    const lists = await Promise.all(servers.map(server => server.client('LIST')))
    const lines = lists.flatMap(list => String(list).split('\n'))
    return lines.filter(client => client.includes(parts.where.prefix)).length // other tests use the same Redis
  }
  const first = await openStream(busy, topic)
  const before = await clients()
  expect(before).toBeGreaterThan(0)
  const readers = await Promise.all(Array.from({ length: 99 }, () => openStream(busy, topic)))
  readers.push(first)
  // A Cluster client connects to a server when it first needs it.
  const openedLater = servers.length > 1 ? readers.length / 2 : 0
  expect(await clients()).toBeLessThanOrEqual(before + openedLater)
  const encodes = await metricOf(busy, 'tailrace_stream_encodes_total')
  await append(busy, topic, numbered(1, 50))
  for (const reader of readers) await reader.until(() => reader.lines.length === 50)
  expect((await metricOf(busy, 'tailrace_stream_encodes_total')) - encodes).toBe(1)
  await Promise.all(readers.map(reader => reader.close()))
  await eventually(async () => (await metricOf(busy, 'tailrace_stream_connections')) === 0, 'all are closed')
})

test('the history that one of several readers has read is not read and encoded again for the next', async () => {
  const busy = await parts.start()
  const topic = await newJobTopic(busy)
  await append(busy, topic, numbered(1, 5_000))
  const live = await openStream(busy, topic, 'limit=0')
  const encodes = () => metricOf(busy, 'tailrace_stream_encodes_total')
  const read = async () => {
    const before = await encodes()
    const reader = await openStream(busy, topic, 'limit=all')
    await reader.until(() => reader.lines.length === 5_000)
    expect(messages(reader)).toEqual(numberedMessages(1, 5_000))
    await reader.close()
    return (await encodes()) - before
  }
  expect(await read()).toBeGreaterThan(1)
  expect(await read()).toBe(0)
  await live.close()
})
