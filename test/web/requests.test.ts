import { connect } from 'node:net'
import fc from 'fast-check'
import { endpoint, ok } from '../../src/api'
import { Problem } from '../../src/base/errors'
import { z } from '../../src/base/parse'
import { byId, flag, time, uuid } from '../../src/contract/fields'
import { quietLog } from '../support/parts'
import { type Site, startSite } from './site'

const name = z.object({ name: z.string() })
const topics = z.union([z.string(), z.array(z.string())]).optional()
const echo = endpoint(
  {
    method: 'post',
    path: '/api/echo/{id}',
    role: 'viewer',
    summary: 'Returns its request.',
    params: z.object({ id: z.string() }),
    query: z.object({
      limit: z.coerce.number().int().min(1).max(100).default(10),
      since: z.coerce.date().optional(),
      wide: flag.optional(),
      topic: topics,
    }),
    body: name,
    replies: {
      200: z.object({
        params: z.object({ id: z.string() }),
        query: z.object({
          limit: z.number(),
          since: time.optional(),
          wide: z.boolean().optional(),
          topic: topics,
        }),
        body: name,
      }),
    },
  },
  async ({ params, query, body }) => ok({ params, query, body }),
)
const large = endpoint(
  {
    method: 'post',
    path: '/api/large',
    role: 'viewer',
    summary: 'Takes a large body.',
    body: name,
    bodyBytesMax: 1024 * 1024,
    replies: { 200: z.object({}) },
  },
  async () => ok({}),
)
const anyName = z.looseObject({ q: z.string().optional() })
const labels = endpoint(
  {
    method: 'get',
    path: '/api/labels-of',
    role: 'viewer',
    summary: 'Returns its query.',
    query: anyName,
    replies: { 200: anyName },
  },
  async ({ query }) => ok(query),
)
const literal = endpoint(
  {
    method: 'post',
    path: '/api/echo/actions',
    role: 'viewer',
    summary: 'Has a literal path.',
    replies: { 200: z.string() },
  },
  async () => ok('literal'),
)
const byUuid = endpoint(
  {
    method: 'get',
    path: '/api/things/{id}',
    role: 'viewer',
    summary: 'Returns its id.',
    params: byId,
    replies: { 200: z.object({ id: uuid }) },
  },
  async ({ params }) => ok(params),
)
const THROWN: Record<string, () => unknown> = {
  bug: () => new TypeError('the password is hunter2'),
  text: () => 'just text',
  nothing: () => undefined,
  outage: () => Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' }),
  pool: () => Object.assign(new Error('Timeout acquiring'), { name: 'KnexTimeoutError' }),
  own: () => new Problem(418, 'teapot', 'Short and stout.', [], { 'Retry-After': '7' }),
}
const thrower = endpoint(
  {
    method: 'get',
    path: '/api/throw/{what}',
    role: 'anyone',
    summary: 'Throws.',
    params: z.object({ what: z.string() }),
    replies: {},
  },
  async ({ params: { what } }) => {
    throw THROWN[what]?.()
  },
)

const logged = jest.fn()
let site: Site
beforeAll(async () => {
  site = await startSite({
    log: { ...quietLog, error: logged },
    endpoints: () => [echo, large, labels, literal, byUuid, thrower],
  })
})
afterAll(() => site.stop())

const post = (path: string, body: unknown, headers = {}) => site.ask('POST', path, { body, headers })
const pathsOf = (answer: { body: { errors: { path: string }[] } }) => answer.body.errors.map(each => each.path)

test('a request is parsed and answered', async () => {
  const answer = await post('/api/echo/a%2Fb?limit=5&topic=x&topic=y&wide=1', { name: 'n' })
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({
    params: { id: 'a/b' },
    query: { limit: 5, wide: true, topic: ['x', 'y'] },
    body: { name: 'n' },
  })
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  expect(answer.headers.get('x-powered-by')).toBeNull()
})

test('a valid request id of the client is kept', async () => {
  const idOf = async (id: string) =>
    (await site.ask('GET', '/api/session', { headers: { 'x-request-id': id } })).headers.get('x-request-id')
  expect(await idOf('abc-123-def')).toBe('abc-123-def')
  expect(await idOf('a b')).not.toBe('a b')
})

test('a literal path takes precedence over a parameter, in whatever order they are listed', async () => {
  expect((await post('/api/echo/actions', {})).body).toBe('literal')
})

test.each([
  ['nothing=1', ['query.nothing']],
  ['limit=1&limit=2', ['query.limit']],
  ['since=2020&since=5', ['query.since']],
  ['limit=0&wide=perhaps&x=', ['query.x', 'query.limit', 'query.wide']],
  ['topic=%00', ['query.topic']],
  ['topic=a&topic=%00', ['query.topic']],
  ['__proto__=1', ['query.__proto__']],
  ['limit[]=1', ['query.limit[]']],
])('the query ?%s is refused, naming %j', async (query, paths) => {
  const answer = await post(`/api/echo/1?${query}`, { name: 'n' })
  expect([answer.status, pathsOf(answer)]).toEqual([400, paths])
})

test('an error lists some faults and counts the rest, so that it is not much larger than the request', async () => {
  const tokens = await site.ask('GET', `/api/session?${'token&'.repeat(2_500)}`, { as: null })
  const unknown = Array.from({ length: 900 }, (_, index) => `x${index}`)
  const query = await site.ask('POST', `/api/session?${unknown.join('&')}`, { as: null, body: {} })
  const deep = `${'{"'.repeat(90)}`.replaceAll('{"', () => `{"${'k'.repeat(100)}":`)
  const nul = Array.from({ length: 20 }, (_, index) => `"${index}":"\\u0000"`)
  const body = await site.ask('POST', '/api/session', { as: null, body: `${deep}{${nul}}${'}'.repeat(90)}` })
  for (const { status, body: problem } of [tokens, query, body]) {
    expect(status).toBe(400)
    expect(problem.errors.length).toBeLessThanOrEqual(20)
    expect(JSON.stringify(problem).length).toBeLessThan(16_384)
  }
  expect(query.body.detail).toMatch(/^The request is not valid: query\.x0, .*query\.x19 and 880 more\.$/)
})

test('an endpoint with an open query accepts any name', async () => {
  expect((await site.ask('GET', '/api/labels-of?label.env=prod&q=x')).body).toEqual({ 'label.env': 'prod', q: 'x' })
})

test.each([
  ['{"name":', 400, 'invalid_json'],
  ['"text"', 400, 'invalid_json'],
  ['{"name":"x"}\0', 400, 'invalid_json'],
  ['[]', 400, 'invalid_request'],
  ['{"name":5}', 400, 'invalid_request'],
  ['{}', 400, 'invalid_request'],
])('the body %j is a %d', async (body, status, code) => {
  const answer = await post('/api/echo/1', body)
  expect([answer.status, answer.body.code, answer.headers.get('content-type')]).toEqual([
    status,
    code,
    'application/problem+json; charset=utf-8',
  ])
  expect(pathsOf(answer)[0]).toMatch(/^body/)
})

test('a missing body counts as a body in which everything is missing', async () => {
  expect(pathsOf(await site.ask('POST', '/api/echo/1'))).toEqual(['body.name'])
})

test.each([
  ['/api/echo/1', 64 * 1024],
  ['/api/large', 1024 * 1024],
])('a body for %s may have at most %d bytes', async (path, most) => {
  const bytes = (count: number) => ({ name: 'x'.repeat(count - '{"name":""}'.length) })
  const over = await post(path, bytes(most + 1))
  expect([over.status, over.body.code]).toEqual([413, 'body_too_large'])
  expect(over.body.detail).toContain(String(most))
  expect((await post(path, bytes(most))).status).toBe(200)
})

test('a sign-in request may have at most 16 KiB', async () => {
  const answer = await site.ask('POST', '/api/session', { as: null, body: { token: 'x'.repeat(17_000) } })
  expect(answer.status).toBe(413)
})

test('a body of another type, encoding or charset is refused', async () => {
  const types = { 'content-type': 'text/plain' }
  expect((await post('/api/echo/1', '{"name":"n"}', types)).status).toBe(415)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await post('/api/echo/1', 'name=n', form)).body.detail).toContain('application/json')
  expect((await post('/api/echo/1', '{}', { 'content-encoding': 'zip' })).status).toBe(415)
  expect((await post('/api/echo/1', '{}', { 'content-type': 'application/json; charset=klingon' })).status).toBe(415)
  expect((await post('/api/echo/1', 'not gzip', { 'content-encoding': 'gzip' })).status).toBe(400)
})

test('unknown paths and unsupported methods get different errors', async () => {
  const nowhere = await site.ask('GET', '/api/nowhere')
  expect([nowhere.status, nowhere.body.code]).toEqual([404, 'not_found'])
  const wrong = await site.ask('DELETE', '/api/echo/1')
  expect([wrong.status, wrong.body.code, wrong.headers.get('allow')]).toEqual([
    405,
    'method_not_allowed',
    'POST, OPTIONS',
  ])
  expect((await site.ask('OPTIONS', '/api/labels-of', { as: null })).headers.get('allow')).toBe('GET, HEAD, OPTIONS')
  expect((await site.ask('GET', '/api/things/not-a-uuid')).body.errors[0].path).toBe('params.id')
})

test('errors reveal only what the caller may know', async () => {
  const ask = (what: string) => site.ask('GET', `/api/throw/${what}`, { as: null })
  for (const what of ['bug', 'text', 'nothing']) {
    const { status, text, body } = await ask(what)
    expect([what, status, body.code]).toEqual([what, 500, 'internal_error'])
    expect(text).not.toMatch(/hunter2|just text|TypeError/)
  }
  expect(logged).toHaveBeenCalledTimes(3)
  expect(logged.mock.calls[0][1].error.stack).toContain('hunter2')
  for (const what of ['outage', 'pool']) {
    const { status, headers } = await ask(what)
    expect([what, status, headers.get('retry-after')]).toEqual([what, 503, '2'])
  }
  const own = await ask('own')
  expect(own.headers.get('retry-after')).toBe('7')
  expect(own.body).toEqual({
    type: 'urn:tailrace:problem:teapot',
    title: "I'm a Teapot",
    status: 418,
    code: 'teapot',
    detail: 'Short and stout.',
    errors: [],
  })
})

/** Sends raw bytes. @returns the status code */
function raw(text: string): Promise<number> {
  const { port } = new URL(site.url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(Buffer.from(text, 'latin1')))
    let answer = ''
    socket.on('data', data => {
      answer += data
      if (!answer.includes('\r\n')) return
      resolve(Number(answer.split(' ')[1]))
      socket.destroy()
    })
    socket.on('error', reject)
    socket.on('end', () => reject(new Error('closed without an answer')))
  })
}

test.each([
  'GET /%ZZ HTTP/1.1',
  'GET /api/things/%ZZ HTTP/1.1',
  'GET /api/things/%C0%80 HTTP/1.1',
  'GET /api/things/%00 HTTP/1.1',
  'GET /..%2f..%2fetc/passwd HTTP/1.1',
  'GET //evil.example/ HTTP/1.1',
  'GET http://[ HTTP/1.1',
  'GET /?%ZZ=%ZZ HTTP/1.1',
  'GET * HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  'FOO / HTTP/1.1',
  'GET / HTTP/9.9',
  'GET /api/session HTTP/1.1\r\nAuthorization: Bearer \xff\xfe',
  'GET /api/session HTTP/1.1\r\nCookie: <session cookie>=%E0%A4%A; ;;=;',
  'POST /api/session HTTP/1.1\r\nContent-Length: -1',
  'POST /api/session HTTP/1.1\r\nExpect: miracles',
  `GET /${'x'.repeat(20_000)} HTTP/1.1`,
])('the raw request %j is never a 500', async head => {
  const request = head.replace('<session cookie>', site.access.cookieName())
  const status = await raw(`${request}\r\nHost: x\r\nConnection: close\r\n\r\n`)
  expect(status).toBeGreaterThanOrEqual(200)
  expect(status).toBeLessThan(500)
})

test('no path, query or body causes a 500', async () => {
  const part = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('%', '%00', '..', '%2e%2e', '__proto__'))
  const query = fc.array(fc.tuple(fc.constantFrom('limit', 'since', 'topic', 'wide', 'x'), part), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(part, query, fc.jsonValue(), async (path, pairs, body) => {
      const search = pairs.map(([name, value]) => `${name}=${encodeSafely(value)}`).join('&')
      const answer = await post(`/api/echo/${encodeSafely(path)}?${search}`, body)
      expect(answer.status).toBeLessThan(500)
    }),
    { numRuns: 150 },
  )
})

const encodeSafely = (text: string) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '?'))
