import { connect } from 'node:net'
import type { TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { SseReader } from '../support/sse'
import { append, end, metricOf, newJobTopic, newTopic, numbered, streamPath } from '../support/streams'
import { app, other as limited, useTwoApps } from './two-apps'

useTwoApps({ other: { STREAM_MAX_PER_IP: '3' } })

/** A raw connection without an HTTP client. */
function raw({ url }: TestApp) {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let text = ''
  let check = (): void => undefined
  socket.setEncoding('latin1').on('data', more => {
    text += more
    check()
  })
  socket.on('error', () => undefined)
  return {
    socket,
    text: () => text,
    closed: new Promise<void>(resolve => socket.once('close', () => resolve())),
    until: (pattern: RegExp) =>
      new Promise<void>(resolve => {
        check = () => (pattern.test(text) ? resolve() : undefined)
        check()
      }),
  }
}

const request = (each: TestApp, path: string, { method = 'GET', version = '1.1', more = '' } = {}) =>
  `${method} ${path} HTTP/${version}\r\nHost: localhost\r\nAuthorization: Bearer ${each.token}\r\nAccept: text/event-stream\r\n${more}\r\n`

const open = (each: TestApp) => metricOf(each, 'tailrace_stream_connections')

test('headers forbid caching, changing and buffering', async () => {
  const reader = await SseReader.open(app.url + streamPath(newTopic()), app.headers)
  expect(reader.response.status).toBe(200)
  expect(Object.fromEntries(reader.response.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  })
  await reader.close()
})

test('an HTTP/1.0 client gets the events without chunks', async () => {
  const topic = await newJobTopic(app)
  await append(app, topic, numbered(1, 2))
  await end(app, topic, 'completed')
  const client = raw(app)
  client.socket.write(request(app, streamPath(topic), { version: '1.0' }))
  await client.closed
  const [head, ...blocks] = client.text().split('\r\n\r\n')
  expect(head).not.toMatch(/transfer-encoding/i)
  expect(blocks.join('')).toMatch(/^retry: \d+\n\nevent: logs\nid: \S+\ndata: .*\n\nevent: end\nid: \S+\ndata: .*\n\n$/)
})

test('a connection whose stream has ended carries the next request', async () => {
  const topic = await newJobTopic(app)
  await append(app, topic, numbered(1, 2))
  await end(app, topic, 'completed')
  const client = raw(app)
  for (let i = 1; i <= 3; i++) {
    client.socket.write(request(app, streamPath(topic)))
    await client.until(new RegExp(`(event: end[^]*?\\r\\n0\\r\\n\\r\\n[^]*){${i}}`))
  }
  client.socket.write(request(app, '/healthz', { more: 'Connection: close\r\n' }))
  await client.closed
  expect(client.text().match(/HTTP\/1\.1 200/g)).toHaveLength(4)
})

test.each(['/api/v1/stream/events', '/api/stream?topic=events'])('HEAD of %s sends only the headers', async path => {
  const client = raw(app)
  client.socket.write(request(app, path, { method: 'HEAD', more: 'Connection: close\r\n' }))
  await client.closed
  expect(client.text()).toMatch(/^HTTP\/1\.1 200 /)
  expect(client.text()).toMatch(/\r\n\r\n$/)
  expect(client.text()).not.toMatch(/retry:/)
})

test('a pipelined request for a stream loses nothing', async () => {
  const [first, topic] = [newTopic(), await newJobTopic(app)]
  await append(app, topic, numbered(1, 2))
  const client = raw(app)
  client.socket.write(
    request(app, `/api/stream/poll?topic=${first.name}&wait_ms=60000`) + request(app, streamPath(topic)),
  )
  await eventually(async () => (await open(app)) >= 1, 'the first one is open')
  await append(app, first, numbered(1, 1))
  await client.until(/line 2/)
  expect(client.text().match(/HTTP\/1\.1 200/g)).toHaveLength(2)
  client.socket.destroy()
})

test('a request that came together with one for a stream is answered, in place of the stream', async () => {
  const client = raw(app)
  const stream = request(app, streamPath(newTopic()))
  client.socket.write(stream + request(app, '/healthz', { more: 'Connection: close\r\n' }))
  await client.closed
  expect(client.text()).toMatch(/^HTTP\/1\.1 400 .*No request may follow.*HTTP\/1\.1 200 /s)
})

test('a request that comes during a stream is not answered: the connection closes with the stream', async () => {
  const topic = await newJobTopic(app)
  const client = raw(app)
  client.socket.write(request(app, streamPath(topic)))
  await client.until(/retry:/)
  client.socket.write(request(app, '/healthz'))
  await append(app, topic, numbered(1, 1))
  await client.until(/line 1/)
  await end(app, topic, 'completed')
  await client.closed
  expect(client.text()).toMatch(/event: end.*\r\n0\r\n\r\n$/s)
  expect(client.text().match(/HTTP\/1\.1 /g)).toHaveLength(1)
})

test('over the limit a program gets 429 with Retry-After, a browser a stream that says when to reconnect; slots are released', async () => {
  const topic = newTopic()
  const readers = await Promise.all(
    [1, 2, 3].map(() => SseReader.open(limited.url + streamPath(topic), limited.headers)),
  )
  const refused = await fetch(limited.url + streamPath(topic), {
    headers: { ...limited.headers, accept: 'text/event-stream' },
  })
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  const session = await fetch(`${limited.url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: limited.url },
    body: JSON.stringify({ token: limited.token }),
  })
  const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? ''
  const browser = await SseReader.open(limited.url + streamPath(topic), { cookie })
  await browser.finished
  expect(browser.response.status).toBe(200)
  expect(browser.events.map(({ event }) => event)).toEqual(['overloaded'])
  expect(browser.retryMs).toBeGreaterThanOrEqual(30_000)
  const poll = (waitMs: number) =>
    fetch(`${limited.url}/api/stream/poll?topic=${topic.name}&wait_ms=${waitMs}`, { headers: limited.headers })
  expect((await poll(1)).status).toBe(429)
  expect((await poll(0)).status).toBe(200)
  await readers[0]?.close()
  await eventually(async () => (await open(limited)) === 2, 'the slot is free')
  const again = await SseReader.open(limited.url + streamPath(topic), limited.headers)
  expect(again.response.status).toBe(200)
  for (const reader of [...readers, again]) await reader.close()
})

test.each(['a stream', 'a WebSocket'])(
  'clients that leave while %s is being opened take no place for long',
  async what => {
    await eventually(async () => (await open(limited)) === 0, 'no stream is open')
    const upgrade =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'
    for (let i = 0; i < 40; i++) {
      const client = raw(limited)
      const text =
        what === 'a stream'
          ? request(limited, streamPath(newTopic()))
          : request(limited, '/ws/stream', { more: upgrade })
      client.socket.write(text, () => (i % 2 ? client.socket.destroy() : client.socket.resetAndDestroy()))
      await client.closed
    }
    await eventually(() => limited.app.access.streamSlots.credentials().length === 0, 'all slots are free')
  },
)

test.each([
  ['/api/stream', 'query.topic'],
  ['/api/stream?topic=Nonsense', 'query.topic'],
  [`/api/stream?${Array.from({ length: 51 }, (_, i) => `topic=test:${i}`).join('&')}`, 'query.topic'],
  ['/api/stream?topic=events&level=loud', 'query.level.0'],
  ['/api/stream?topic=events&limit=-1', 'query.limit'],
  ['/api/stream?topic=events&attempt=x', 'query.attempt'],
  ['/api/stream?topic=events&limt=3', 'query.limt'],
  ['/api/stream?topic=events&label.=3', 'query.label.'],
  ['/api/stream?topic=events&after=what', 'query.after'],
  ['/api/stream?topic=events&last_event_id=what', 'query.last_event_id'],
  ['/api/stream/poll?topic=events&wait_ms=99999999', 'query.wait_ms'],
  ['/api/logs?scope=service&cursor=999999999999999-1-1', undefined],
  ['/api/logs?scope=service&cursor=what', 'query.cursor'],
])('GET %s is refused with 400 that names %s', async (path, named) => {
  const reply = await app.get(path)
  if (named === undefined) return expect(reply.status).toBeLessThan(500)
  expect(reply.status).toBe(400)
  const { errors } = (await reply.json()) as { errors: { path: string }[] }
  expect(errors.map(each => each.path)).toContain(named)
})

test.each([
  '/api/stream?topic=nonsense:1',
  '/api/stream?topic=events:1',
  '/api/stream?topic=service:nothing',
  '/api/stream?topic=job:not-an-id',
  '/api/stream?topic=events&topic=nonsense:1',
])('%s does not exist: 404', async path => {
  expect((await app.get(path)).status).toBe(404)
})
