import { endpoint, ok } from '../../src/api'
import { Problem } from '../../src/base/errors'
import { z } from '../../src/base/parse'
import { readConfig } from '../../src/config'
import { cookieOf, type Site, startSite } from './site'

const FRIEND = 'https://app.example.org'
const STRANGER = 'https://evil.example'

const route = { method: 'get', role: 'viewer', summary: 'Answers.', replies: { 200: z.object({}) } } as const
const endpoints = [
  endpoint({ ...route, path: '/api/replayed' }, async () => ok({}, { 'Idempotency-Replayed': 'true' })),
  endpoint({ ...route, path: '/api/busy' }, async () => {
    throw new Problem(429, 'busy', 'Later.', [], { 'Retry-After': '7' })
  }),
  endpoint({ ...route, path: '/api/endless', replies: { 200: z.string() } }, async ({ res }) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: 1\n\n')
    return undefined
  }),
]

let open: Site
let closed: Site
beforeAll(async () => {
  ;[open, closed] = await Promise.all([
    startSite({ endpoints: () => endpoints, config: { corsOrigins: [FRIEND, 'http://localhost:5173'] } }),
    startSite({ endpoints: () => endpoints }),
  ])
})
afterAll(async () => {
  await Promise.all([open.stop(), closed.stop()])
})

const ask = (path: string, origin: string, more: Parameters<Site['ask']>[2] = {}) =>
  open.ask('GET', path, { ...more, headers: { origin, ...more.headers } })
const preflight = (site: Site, path: string, origin: string) =>
  site.ask('OPTIONS', path, {
    as: null,
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type, idempotency-key',
    },
  })
const corsHeadersOf = ({ headers }: { headers: Headers }) =>
  [...headers.keys()].filter(name => name.startsWith('access-control-'))

test('a page of a named origin may read answers to a bearer token, with the headers that matter', async () => {
  const { status, headers } = await ask('/api/replayed', FRIEND)
  expect(status).toBe(200)
  expect(headers.get('access-control-allow-origin')).toBe(FRIEND)
  expect(headers.get('access-control-allow-credentials')).toBeNull()
  expect(headers.get('vary')).toContain('Origin')
  const exposed = headers.get('access-control-expose-headers')?.split(', ')
  expect(exposed).toEqual(expect.arrayContaining(['Idempotency-Replayed', 'Retry-After', 'X-Request-Id']))
})

test.each([
  ['/api/busy', 429],
  ['/api/nowhere', 404],
  ['/api/replayed?token=x', 400],
])('it may read errors, too: %s is %i', async (path, status) => {
  const answer = await ask(path, FRIEND)
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([status, FRIEND])
  expect(answer.headers.get('vary')).toContain('Origin')
})

test('it may read streams, and load the client library', async () => {
  const stream = await ask('/api/endless', FRIEND)
  expect([stream.text, stream.headers.get('access-control-allow-origin')]).toEqual(['data: 1\n\n', FRIEND])
  const library = await ask('/client/tailrace.js', FRIEND, { as: null })
  expect(library.headers.get('access-control-allow-origin')).toBe(FRIEND)
})

test('a preflight is answered without a token, for a named origin only', async () => {
  const yes = await preflight(open, '/api/replayed', FRIEND)
  expect([yes.status, yes.headers.get('access-control-allow-origin')]).toEqual([204, FRIEND])
  expect(yes.headers.get('access-control-allow-methods')).toContain('PATCH')
  const allowed = yes.headers.get('access-control-allow-headers')?.toLowerCase().split(', ')
  expect(allowed).toEqual(
    expect.arrayContaining(['authorization', 'content-type', 'idempotency-key', 'last-event-id', 'x-request-id']),
  )
  expect(yes.headers.get('vary')).toContain('Origin')
  const no = await preflight(open, '/api/replayed', STRANGER)
  expect(corsHeadersOf(no)).toEqual([])
  expect(no.headers.get('vary')).toContain('Origin')
})

test.each([
  STRANGER,
  'null',
  'https://app.example.org.evil.example',
  'http://app.example.org',
  'https://APP.example.org',
])('no page of %s may read anything', async origin => {
  const answer = await ask('/api/replayed', origin)
  expect(corsHeadersOf(answer)).toEqual([])
  expect(answer.headers.get('vary')).toContain('Origin')
})

test('the cookie of a visitor does not count for pages of another origin', async () => {
  const cookie = cookieOf(await open.ask('POST', '/api/session', { as: null, body: { token: open.adminToken } }))
  expect((await ask('/api/session', FRIEND, { cookie })).status).toBe(401)
  expect((await ask('/api/session', open.url, { cookie })).status).toBe(200)
  expect((await open.ask('GET', '/api/session', { cookie })).status).toBe(200)
})

test('pages, Bull Board and metrics are not for other origins', async () => {
  for (const path of ['/sign-in', '/metrics', '/healthz', '/plain.js'])
    expect([path, corsHeadersOf(await ask(path, FRIEND))]).toEqual([path, []])
})

test('without the setting there is no such header at all', async () => {
  const answer = await closed.ask('GET', '/api/replayed', { headers: { origin: FRIEND } })
  expect([answer.status, corsHeadersOf(answer), answer.headers.get('vary')]).toEqual([200, [], 'Accept-Encoding'])
  expect(corsHeadersOf(await preflight(closed, '/api/replayed', FRIEND))).toEqual([])
})

test('CORS_ORIGINS takes exact origins', () => {
  const read = (text: string) => readConfig({ CORS_ORIGINS: text }).config.corsOrigins
  expect(read('https://app.example.org, http://localhost:5173,https://app.example.org')).toEqual([
    'https://app.example.org',
    'http://localhost:5173',
  ])
  expect(read('')).toEqual([])
})

test.each([
  ['*', 'may not contain "*"'],
  ['https://*.example.org', 'may not contain "*"'],
  ['null', 'contains "null"'],
  ['https://app.example.org/', 'contains "https://app.example.org/"'],
  ['app.example.org', 'contains "app.example.org"'],
  ['https://app.example.org,ftp://x', 'contains "ftp://x"'],
])('CORS_ORIGINS=%s is refused at start with a sentence', (text, sentence) => {
  expect(() => readConfig({ CORS_ORIGINS: text })).toThrow(`CORS_ORIGINS: ${sentence}`)
})
