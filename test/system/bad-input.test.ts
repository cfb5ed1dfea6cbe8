import { connect } from 'node:net'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { createJob } from './jobs'
import { type Description, type FuzzRequest, fuzzRequests, send } from './requests'
import { System } from './system'
import { Viewer } from './viewer'

const REQUESTS = 500

let system: System

beforeAll(async () => {
  system = await System.start({ webs: 1, workers: 1, env: { LOG_LEVEL: 'debug' } })
})

/** Jobs still run, no bug was logged, and no secret was logged (`stop` checks that). */
afterAll(async () => {
  const { id } = await createJob(system.web(), { lines: 3 })
  const viewer = new Viewer({ topic: `job:${id}`, at: () => system.web() })
  await viewer.done
  const bugs = system.nodes
    .flatMap(node => node.output().split('\n'))
    .filter(line => /"level":"error"|^\s+at /.test(line))
  await system.stop()
  expect(bugs).toEqual([])
})

interface Problem {
  status: number
  code: string
  detail: string
  errors: { path: string; message: string }[]
}

test(`${REQUESTS} random requests to every route never cause a 5xx, and each refusal says what is wrong and where`, async () => {
  const web = system.web()
  const { body: description } = await web.get<Description>('/api/openapi.json')
  const seen = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(fuzzRequests(description, web), async (fuzzed: FuzzRequest) => {
      const { status, type, text } = await send(web, fuzzed)
      seen.set(status, (seen.get(status) ?? 0) + 1)
      expect(status).toBeLessThan(500)
      if (status < 400) return
      expect(type).toMatch(/^application\/problem\+json/)
      const problem: Problem = JSON.parse(text)
      expect(problem).toMatchObject({ status, code: expect.stringMatching(/^[a-z_]+$/), detail: expect.any(String) })
      expect(text).not.toContain(system.token)
      if (status === 400) expect(problem.errors.map(({ path }) => path)).toContainEqual(expect.stringMatching(/./))
    }),
    { numRuns: REQUESTS, endOnFailure: true },
  )
  expect([...seen.keys()]).toEqual(expect.arrayContaining([400, 401, 404]))
  expect(web.isRunning()).toBe(true)
})

test('credentials never appear in a log, however they are misused', async () => {
  const web = system.web()
  const { body: token } = await web.post<{ secret: string }>('/api/tokens', { name: 'mine', role: 'viewer' })
  const { body: created } = await web.post<{ ticket: string }>('/api/tickets', { topics: ['events'] })
  const session = await web.post('/api/session', { token: token.secret }, { authorization: '' })
  const cookie = /=([^;]+)/.exec(session.headers.get('set-cookie') ?? '')?.[1] ?? ''
  const mistyped = 'a-password-with-a-mistake'
  system.secrets.push(token.secret, created.ticket, cookie, mistyped)
  for (const secret of system.secrets) expect(secret.length).toBeGreaterThan(15)
  const { status } = await web.post(
    '/api/session',
    { email: 'me@example.org', password: mistyped },
    { authorization: '' },
  )
  expect(status).toBe(401)
  for (const place of [`/api/jobs?token=${token.secret}`, `/api/jobs/${token.secret}`, `/api/jobs?q=${token.secret}`])
    await web.get(place)
  for (const ticket of [created.ticket, created.ticket, token.secret]) {
    const socket = new WebSocket(`${web.url.replace('http', 'ws')}/ws/stream?ticket=${ticket}`)
    socket.on('error', () => undefined) // a ticket works only once
    socket.on('open', () => socket.close())
    await new Promise(resolve => socket.once('close', resolve))
  }
  await web.post(
    '/api/jobs',
    { kind: 'demo', input: { steps: [], secret: token.secret } },
    { authorization: `Bearer ${cookie}` },
  )
})

test('bytes that are not HTTP get a 4xx or a closed connection', async () => {
  const { hostname, port } = new URL(system.web().url)
  const heads = [
    'nonsense\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
    'POST /api/jobs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'POST /api/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello',
    'GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'GET /ws/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    '\0\0\0\0\r\n\r\n',
  ]
  for (const head of heads) {
    const socket = connect({ host: hostname, port: Number(port) })
    const ended = new Promise<string>(resolve => {
      let response = ''
      socket.setEncoding('latin1').on('data', text => {
        response += text
      })
      socket.on('error', () => undefined)
      socket.on('close', () => resolve(response))
    })
    socket.write(head, 'latin1')
    expect({ head: head.slice(0, 60), response: await ended }).toEqual({
      head: head.slice(0, 60),
      response: expect.stringMatching(/^HTTP\/1\.1 4\d\d |^$/),
    })
  }
  expect((await system.web().get('/healthz')).status).toBe(200)
})

test('meaningless WebSocket messages get an error or close the connection', async () => {
  const { url, headers } = system.web()
  const messages: (string | Buffer)[] = [
    ...['', 'x', '{', '[]', 'null', '{"op":"subscribe"}', '{"op":"subscribe","topic":"job:x"}', '{"op":"fly"}'],
    ...['{"op":"unsubscribe","topic":"events"}', '{"op":"subscribe","topic":"events","after":"rubbish"}'],
    ...['{"op":"subscribe","topic":"events","filter":{"level":"loud"}}', '{"op":"subscribe","topic":"\\u0000"}'],
    Buffer.from([0, 255, 1]),
  ]
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/stream`, { headers })
  const closed = new Promise<number>(resolve => socket.once('close', resolve))
  socket.on('error', () => undefined)
  let errorCount = 0
  const expected = messages.length - 1 // unsubscribing from a topic that is not subscribed is not an error
  const answered = new Promise<void>(resolve => {
    socket.on('message', text => {
      if (JSON.parse(String(text)).event === 'error' && ++errorCount === expected) resolve()
    })
  })
  await new Promise(resolve => socket.once('open', resolve))
  for (const message of messages) socket.send(message)
  await answered
  socket.send('x'.repeat(100_000))
  expect(await closed).toBe(1009) // message too big
  expect(errorCount).toBe(expected)
})
