import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Topic } from '../../src/streams'
import { startApp, type TestApp } from '../support/app'
import {
  append,
  metricOf,
  newTopic,
  numbered,
  numberedMessages,
  openStream,
  registerTestTopics,
} from '../support/streams'
import { app, other, parts, useTwoApps } from './two-apps'

useTwoApps()

interface Row {
  seq: number
  line: number | null
  message: string | null
  kind: string
}

const rowsOf = (topic: Topic): Promise<Row[]> =>
  app.app
    .db('stream_entries as e')
    .join('stream_topics as t', 't.id', 'e.topic_id')
    .where({ 't.name': topic.name })
    .orderBy('seq')
    .select('seq', 'line', 'message', 'kind')

const counting = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

test('two processes writing to many topics at once: every seq and line exists once, in the order of its writer', async () => {
  const topics = Array.from({ length: 40 }, newTopic)
  const write = async (each: TestApp, name: string) => {
    for (let round = 0; round < 25; round++) {
      const order = round % 2 ? topics : [...topics].reverse()
      for (const topic of order) {
        each.app.streams.write(topic, [
          { kind: 'log', message: `${name} ${round * 2}` },
          { kind: 'progress', data: { round } },
          { kind: 'log', message: `${name} ${round * 2 + 1}` },
        ])
      }
      await each.app.streams.flush()
    }
  }
  await Promise.all([write(app, 'a'), write(other, 'b'), write(app, 'c')])
  for (const topic of topics) {
    const found = await rowsOf(topic)
    expect(found.map(({ seq }) => seq)).toEqual(counting(225))
    const lines = found.filter(({ kind }) => kind === 'log')
    expect(lines.map(({ line }) => line)).toEqual(counting(150))
    for (const name of ['a', 'b', 'c']) {
      const own = lines.map(({ message }) => message ?? '').filter(message => message.startsWith(name))
      expect(own).toEqual(counting(50).map(no => `${name} ${no - 1}`))
    }
  }
})

test('an effect is stored together with its entries, after lines written before', async () => {
  const topic = newTopic()
  await app.app.db.raw('CREATE TABLE IF NOT EXISTS test_effects (id text PRIMARY KEY)')
  const effect = {
    name: 'insert',
    apply: async (trx: TestApp['app']['db'], items: string[]) => {
      for (const id of items) await trx('test_effects').insert({ id })
      return {
        results: items.map(id => `did ${id}`),
        entries: items.map(id => [{ topic, entries: [{ kind: 'log', message: `effect ${id}` }] }]),
      }
    },
  }
  app.app.streams.write(topic, [{ kind: 'log', message: 'before' }])
  const first = app.app.streams.commit(effect as never, 'one')
  app.app.streams.write(topic, [{ kind: 'log', message: 'between' }])
  const second = app.app.streams.commit(effect as never, 'two')
  const twice = app.app.streams.commit(effect as never, 'one')
  app.app.streams.write(topic, [{ kind: 'log', message: 'after' }])
  await expect(first).resolves.toBe('did one')
  await expect(second).resolves.toBe('did two')
  // The third violates the primary key: only it is refused, with its entries.
  await expect(twice).rejects.toThrow(/duplicate key/)
  await app.app.streams.flush()
  expect((await rowsOf(topic)).map(({ message }) => message)).toEqual([
    'before',
    'effect one',
    'between',
    'effect two',
    'after',
  ])
  expect(await app.app.db('test_effects').orderBy('id').pluck('id')).toEqual(['one', 'two'])
})

test('when the database refuses a flush, only the invalid part is lost and counted', async () => {
  const topic = newTopic()
  const lostBefore = await metricOf(app, 'tailrace_stream_lost_total')
  app.app.streams.write(topic, numbered(1, 2))
  const lines = numbered(9, 1)
  app.app.streams.write({ ...topic, name: 'no such \0 name' }, lines)
  app.app.streams.write({ ...topic, tenantId: 'no such tenant' }, lines)
  app.app.streams.write(topic, numbered(3, 2))
  await app.app.streams.flush()
  expect((await rowsOf(topic)).map(({ message }) => message)).toEqual(numberedMessages(1, 4))
  expect((await metricOf(app, 'tailrace_stream_lost_total')) - lostBefore).toBe(2)
})

test('an entry that a filter cannot read does not repeat the flush', async () => {
  const topic = newTopic()
  // A filter on labels reads the data, whatever it is.
  const reader = await openStream(app, topic, 'label.a=b')
  const odd = [null, [], 'text', 1, { labels: null }, { labels: 'x' }]
  await append(
    app,
    topic,
    odd.map(data => ({ kind: 'note', data })),
  )
  await append(app, topic, [{ kind: 'note', data: { labels: { a: 'b' } } }])
  await reader.next('note')
  expect(reader.named('note')).toHaveLength(1)
  expect(await rowsOf(topic)).toHaveLength(odd.length + 1)
  await reader.close()
})

test('a writer that waited for room can write again', async () => {
  const topic = newTopic()
  const big = Array.from({ length: 1_100 }, () => ({ kind: 'log', message: 'x'.repeat(16_000) }))
  await app.app.streams.write(topic, big)
  app.app.streams.write(topic, [{ kind: 'log', message: 'last' }])
  await app.app.streams.flush()
  const rows = await rowsOf(topic)
  expect(rows).toHaveLength(1_101)
  expect(rows.at(-1)?.message).toBe('last')
})

test('writers that do not wait lose what exceeds the buffer, and their topic says how much', async () => {
  const topic = newTopic()
  const flood = numbered(1, 500).map(entry => ({ ...entry, message: `${entry.message} ${'x'.repeat(16_000)}` }))
  let accepted = 0
  for (let i = 0; i < 12; i++) {
    app.app.streams.write(topic, flood)
    accepted += 500
  }
  await app.app.streams.flush() // the loss is reported in a later entry
  await app.app.streams.flush()
  const rows = await rowsOf(topic)
  const report = rows.find(({ message }) => message?.includes('were lost here'))
  const lost = Number(report?.message?.split(' ')[0])
  expect(lost).toBeGreaterThan(0)
  expect(rows.length - 1 + lost).toBe(accepted)
  expect(rows.map(({ seq }) => seq)).toEqual(counting(rows.length))
})

/** A proxy between a writer and PostgreSQL. */
async function startProxy(target: URL) {
  const sockets = new Set<Socket>()
  let onRequest: (bytes: Buffer, upstream: Socket, client: Socket) => boolean = () => true
  const server: Server = createServer(client => {
    const folder = target.searchParams.get('host')
    const upstream = folder
      ? connect(`${folder}/.s.PGSQL.${target.port || 5432}`)
      : connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    client.on('data', bytes => {
      if (onRequest(bytes, upstream, client)) upstream.write(bytes)
    })
    upstream.on('data', bytes => client.write(bytes))
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  url.hostname = '127.0.0.1'
  url.searchParams.delete('host')
  return {
    url: url.href,
    onRequest(handler: typeof onRequest) {
      onRequest = handler
    },
    stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

test.each(['lines', 'effects'])('%s are written exactly once when the answer to their COMMIT is lost', async what => {
  const proxy = await startProxy(new URL(parts.where.databaseUrl))
  const writer = await startApp({ ...parts.where, databaseUrl: proxy.url })
  registerTestTopics(writer)
  const topic = newTopic()
  let cuts = 0
  // The statement or the COMMIT succeeds, but its reply is lost.
  proxy.onRequest((bytes, upstream, client) => {
    const text = bytes.toString('latin1')
    const marker = what === 'lines' ? 'cut me' : 'COMMIT'
    if (!text.includes(marker) || cuts >= 3) return true
    cuts++
    upstream.write(bytes)
    upstream.removeAllListeners('data').once('data', () => client.destroy())
    return false
  })
  const effect = {
    name: 'append',
    apply: async (_trx: unknown, items: number[]) => ({
      results: items.map(no => no * 2),
      entries: items.map(no => [{ topic, entries: [{ kind: 'log', message: `effect ${no}` }] }]),
    }),
  }
  const results: Promise<number>[] = []
  for (let i = 1; i <= 20; i++) {
    if (what === 'effects') results.push(writer.app.streams.commit(effect as never, i))
    else writer.app.streams.write(topic, [{ kind: 'log', message: i % 5 ? `line ${i}` : `cut me ${i}` }])
    if (i % 2) await writer.app.streams.flush()
  }
  await writer.app.streams.flush()
  expect(cuts).toBe(3)
  expect(await Promise.all(results)).toEqual(results.map((_, i) => (i + 1) * 2))
  const expected = counting(20).map(i => (what === 'effects' ? `effect ${i}` : i % 5 ? `line ${i}` : `cut me ${i}`))
  expect((await rowsOf(topic)).map(({ message }) => message)).toEqual(expected)
  proxy.onRequest(() => true)
  await writer.stop()
  proxy.stop()
})

test('a statement that runs after its connection was abandoned has no second effect', async () => {
  const proxy = await startProxy(new URL(parts.where.databaseUrl))
  const writer = await startApp({ ...parts.where, databaseUrl: proxy.url })
  const topic = newTopic()
  await append(app, topic, [{ kind: 'log', message: 'first' }])
  // Another transaction has locked the topic: the statement waits in the database while its client is gone.
  const holder = await app.app.db.transaction()
  await holder.raw('SELECT * FROM stream_topics WHERE name = ? FOR UPDATE', [topic.name])
  let cut = false
  const seen = new Promise<void>(resolve => {
    proxy.onRequest((bytes, upstream, client) => {
      if (cut || !bytes.toString('latin1').includes('late')) return true
      cut = true
      upstream.write(bytes)
      client.removeAllListeners('close').destroy() // the database does not notice
      resolve()
      return false
    })
  })
  writer.app.streams.write(topic, [{ kind: 'log', message: 'late' }])
  await seen
  await holder.commit()
  await writer.app.streams.flush()
  await append(app, topic, [{ kind: 'log', message: 'after' }])
  expect((await rowsOf(topic)).map(({ message }) => message)).toEqual(['first', 'late', 'after'])
  await writer.stop()
  proxy.stop()
})
