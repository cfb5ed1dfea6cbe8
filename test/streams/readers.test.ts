import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { connect, type Socket } from 'node:net'
import { eventually } from '../support/programs'
import {
  append,
  jobState,
  messages,
  metricOf,
  newJobTopic,
  numbered,
  numberedMessages,
  openStream,
  streamPath,
} from '../support/streams'
import { app, other, useTwoApps } from './two-apps'

useTwoApps({ app: { STREAM_SLOW_MS: '1000' } })

test('a client that never reads buffers a bounded amount, affects no others, and is closed as slow', async () => {
  const topic = await newJobTopic(app)
  const { hostname, port } = new URL(app.url)
  const accepted: Socket[] = []
  const onSocket = (message: unknown) => void accepted.push((message as { socket: Socket }).socket)
  subscribe('net.server.socket', onSocket)
  const rude = connect(Number(port), hostname)
  rude.on('error', () => undefined)
  rude.write(
    `GET ${streamPath(topic)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${app.token}\r\nAccept: text/event-stream\r\n\r\n`,
  )
  await new Promise(resolve => rude.once('readable', resolve))
  rude.pause()
  const served = accepted.find(({ remotePort }) => remotePort === rude.localPort)
  let unsentMost = 0
  const fine = await openStream(app, topic, 'limit=0')
  const message = 'x'.repeat(4_000)
  const total = 10_000 // 40 MB, far more than any buffer of the system
  for (let from = 0; from < total; from += 500) {
    await app.app.streams.write(
      topic,
      Array.from({ length: 500 }, () => ({ kind: 'log', message })),
    )
    await app.app.streams.flush()
    unsentMost = Math.max(unsentMost, served?.writableLength ?? Number.POSITIVE_INFINITY)
  }
  unsubscribe('net.server.socket', onSocket)
  expect(unsentMost).toBeGreaterThan(0)
  expect(unsentMost).toBeLessThan(4 * 1024 * 1024)
  await fine.until(() => fine.lines.length === total)
  expect(fine.lines.map(({ line }) => line)).toEqual(Array.from({ length: total }, (_, i) => i + 1))
  await eventually(
    async () => (await metricOf(app, 'tailrace_stream_closed_total', { reason: 'slow_reader' })) === 1,
    'the slow reader is closed',
  )
  expect(fine.closed).toBe(false)
  expect(fine.named('gap')).toEqual([])
  await fine.close()
  rude.destroy()
})

test('50 reconnects at random moments across two processes: all 20,000 lines, once and in order', async () => {
  const topic = await newJobTopic(app)
  const total = 20_000
  const writing = (async () => {
    for (let from = 1; from <= total; from += 40) {
      await (from % 3 ? app : other).app.streams.write(topic, numbered(from, 40))
      await (from % 3 ? app : other).app.streams.flush()
    }
  })()
  const received: string[] = []
  let id = ''
  for (let i = 0; i <= 50; i++) {
    const reader = await openStream(i % 2 ? app : other, topic, 'limit=all', id ? { 'last-event-id': id } : {})
    const enough = i === 50 ? total - received.length : 1 + Math.floor(Math.random() * 600)
    await reader.until(() => reader.lines.length >= Math.min(enough, total - received.length))
    await reader.close()
    expect(reader.events.filter(({ event }) => event === 'gap' || event === 'reset')).toEqual([])
    received.push(...messages(reader))
    id = reader.lastId || id
  }
  await writing
  expect(received).toEqual(numberedMessages(1, total))
})

test('an outdated update does not close a topic that continues', async () => {
  const topic = await newJobTopic(app)
  const reader = await openStream(other, topic)
  const { bus } = app.app.streams
  const publish = bus.publish.bind(bus)
  const held: [string, string][] = []
  bus.publish = (channel, message) => void held.push([channel, message])
  const effect = {
    name: 'end and go on',
    apply: async (_trx: unknown, items: undefined[]) => ({
      results: items,
      entries: items.map(() => [{ topic, entries: numbered(1, 1), end: 'completed' }]),
    }),
  }
  await app.app.streams.commit(effect as never, undefined)
  await append(app, topic, [{ kind: 'status', data: jobState('running'), state: jobState('running') }])
  bus.publish = publish
  for (const [channel, message] of held.reverse()) publish(channel, message)
  await append(app, topic, numbered(2, 1))
  await reader.until(() => messages(reader).includes('line 2'))
  expect(reader.named('end')).toEqual([])
  await reader.close()
})
