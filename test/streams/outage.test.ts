import { createDb } from '../../src/base/db'
import { startApp, type TestApp } from '../support/app'
import { ownParts } from '../support/parts'
import { eventually } from '../support/programs'
import { flushAll } from '../support/redis'
import {
  append,
  messages,
  metricOf,
  newTopic,
  numbered,
  numberedMessages,
  openStream,
  registerTestTopics,
} from '../support/streams'

let servers: Awaited<ReturnType<typeof ownParts>>
let app: TestApp
let other: TestApp

beforeAll(async () => {
  servers = await ownParts()
  // Test servers acknowledge commits before writing them, so killing one would lose commits.
  const db = createDb(servers.postgres.url, 1)
  await db.raw('ALTER ROLE CURRENT_USER SET synchronous_commit = on')
  await db.destroy()
  const where = { databaseUrl: servers.postgres.url, redisUrl: servers.redis.url, prefix: 'outage' }
  const env = { TAILRACE_ADMIN_TOKEN: 'test-0123456789abcdef0123' }
  app = await startApp(where, env)
  other = await startApp(where, env)
  for (const each of [app, other]) registerTestTopics(each)
})
afterAll(async () => {
  await Promise.all([app?.stop(), other?.stop()])
  await servers?.stop()
})

const bothConnected = () =>
  eventually(
    () => app.app.streams.bus.connected && other.app.streams.bus.connected,
    'both processes receive messages again',
  )

test('entries written while Redis is down reach readers of another process, before and after it is back', async () => {
  const topic = newTopic()
  const early = await openStream(other, topic, 'limit=all')
  await append(app, topic, numbered(1, 10))
  await early.until(() => early.lines.length === 10)
  await servers.redis.stop()
  await append(app, topic, numbered(11, 700))
  await early.until(() => early.lines.length === 710)
  const late = await openStream(other, topic, 'limit=all')
  await late.until(() => late.lines.length === 710)
  await servers.redis.restart()
  await append(app, topic, numbered(711, 20))
  await bothConnected()
  await append(app, topic, numbered(731, 20))
  for (const reader of [early, late]) {
    await reader.until(() => reader.lines.length >= 750)
    expect(messages(reader)).toEqual(numberedMessages(1, 750))
    await reader.close()
  }
})

test('comparing heads finds messages that the bus has lost', async () => {
  const topic = newTopic()
  const reader = await openStream(other, topic)
  const publish = app.app.streams.bus.publish
  app.app.streams.bus.publish = () => undefined
  await append(app, topic, numbered(1, 30))
  await reader.until(() => reader.lines.length === 30)
  app.app.streams.bus.publish = publish
  await flushAll(app.app.jobs.engine.client)
  await append(app, topic, numbered(31, 30))
  await reader.until(() => reader.lines.length === 60)
  expect(messages(reader)).toEqual(numberedMessages(1, 60))
  await reader.close()
})

test('a hung Redis is detected, and streams still open', async () => {
  await bothConnected()
  const topic = newTopic()
  await append(app, topic, numbered(1, 3))
  const missed = new Promise<void>(resolve => other.app.streams.bus.onReconnect(resolve))
  servers.redis.signal('SIGSTOP')
  try {
    const { bus } = other.app.streams
    await Promise.all([
      eventually(() => !bus.connected, 'the hang is detected'),
      new Promise<void>(resolve => bus.onLost(resolve)),
    ])
    // a message that was still under way may look like a recovery
    await eventually(async () => {
      const { checks } = (await (await fetch(`${other.url}/readyz`)).json()) as { checks: Record<string, string> }
      return [checks.bus, checks.redis, checks.postgres].join() === 'failed,timeout,ok'
    }, 'the process reports it')
    const reader = await openStream(other, topic)
    await reader.until(() => reader.lines.length === 3)
    await append(app, topic, numbered(4, 3))
    await reader.until(() => reader.lines.length === 6)
    await reader.close()
  } finally {
    servers.redis.signal('SIGCONT')
  }
  await bothConnected()
  await missed // messages sent meanwhile may be lost although no connection was
})

for (const way of ['kill', 'restart'] as const) {
  test(`an outage of PostgreSQL (${way}) during writes and reads loses and repeats nothing`, async () => {
    await bothConnected()
    const topic = newTopic()
    const reader = await openStream(other, topic, 'limit=all')
    const lostBefore = await metricOf(app, 'tailrace_stream_lost_total')
    for (let i = 0; i < 40; i++) {
      await app.app.streams.write(topic, numbered(1 + i * 25, 25))
      if (i === 20) {
        await reader.until(() => reader.lines.length > 0)
        if (way === 'kill') await servers.postgres.kill()
        await servers.postgres.restart()
      } else if (i % 5 === 0 && i < 20) await app.app.streams.flush()
    }
    await app.app.streams.flush()
    await reader.until(() => reader.lines.length >= 1_000)
    expect(messages(reader)).toEqual(numberedMessages(1, 1_000))
    expect(await metricOf(app, 'tailrace_stream_lost_total')).toBe(lostBefore)
    await reader.close()
  })
}

test('while PostgreSQL is down a browser is told to reconnect and a program gets 503, without internal details', async () => {
  await servers.postgres.stop()
  const topic = newTopic()
  try {
    const reply = await fetch(`${other.url}/api/stream?topic=${topic.name}`, {
      headers: { ...other.headers, accept: 'text/event-stream' },
    })
    expect(reply.status).toBe(503)
    expect(await reply.text()).not.toMatch(/ECONN|ENOENT|select|terminated/i)
  } finally {
    await servers.postgres.restart()
  }
  await append(app, topic, numbered(1, 1))
  const reader = await openStream(other, topic)
  await reader.until(() => reader.lines.length === 1)
  await reader.close()
})
