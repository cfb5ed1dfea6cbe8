import { endpoint, ok } from '../../src/api'
import { z } from '../../src/base/parse'
import { compressed } from '../../src/web/compression'
import { type Site, startSite } from './site'

const items = Array.from({ length: 200 }, (_, no) => ({ no, text: `line ${no} of größe` }))
const list = z.object({ items: z.array(z.object({ no: z.number(), text: z.string() })) })
const route = { method: 'get', role: 'viewer', summary: 'Answers.', replies: { 200: list } } as const
const written = { ...route, replies: { 200: z.string() } } as const
const whole = () => ok({ items })
const SENSITIVE = ['session', 'sessions', 'tokens', 'ticket', 'members', 'enroll-secrets'].map(
  name => `/api/${name}/a/list` as const,
)
const endpoints = [
  ...['/api/list' as const, ...SENSITIVE].map(path => endpoint({ ...route, path }, async () => whole())),
  endpoint({ ...route, path: '/api/short' }, async () => ok({ items: items.slice(0, 3) })),
  endpoint({ ...route, method: 'post', path: '/api/list' }, async () => whole()),
  endpoint({ ...written, path: '/api/stream' }, async ({ res }) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${JSON.stringify(items)}\n\n`)
    return undefined
  }),
  endpoint({ ...written, path: '/api/download' }, async ({ res }) => {
    res.type('text/csv').end(items.map(({ no, text }) => `${no},${text}\n`).join(''))
    return undefined
  }),
]

let site: Site
beforeAll(async () => {
  site = await startSite({ endpoints: () => endpoints })
})
afterAll(() => site.stop())

const ask = (path: string, accepted: string, method = 'GET') =>
  site.ask(method, path, { headers: { 'accept-encoding': accepted } })

test.each([
  ['br', 'gzip, deflate, br', 'br'],
  ['gzip for whom does not take brotli', 'gzip', 'gzip'],
  ['what weighs more', 'br;q=0.5, gzip', 'gzip'],
])('long JSON is sent as %s', async (_what, accepted, coding) => {
  const { status, headers, body } = await ask('/api/list', accepted)
  expect({ status, coding: headers.get('content-encoding') }).toEqual({ status: 200, coding })
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(headers.get('vary')).toContain('Accept-Encoding')
  expect(Number(headers.get('content-length'))).toBeLessThan(JSON.stringify({ items }).length / 3)
  expect(body).toEqual({ items })
})

test.each([
  ['to whom does not ask for it', '/api/list', 'identity'],
  ['to whom refuses it', '/api/list', 'br;q=0, gzip;q=0'],
  ['when it is short', '/api/short', 'br'],
])('JSON is sent as it is %s, and caches are told of the difference', async (_what, path, accepted) => {
  const { status, headers, body } = await ask(path, accepted)
  expect([status, headers.get('content-encoding')]).toEqual([200, null])
  expect(headers.get('vary')).toContain('Accept-Encoding')
  expect(body).toHaveProperty('items')
})

test('a HEAD request gets the same headers and no body', async () => {
  const authorization = `Bearer ${site.adminToken}`
  const { headers } = await fetch(`${site.url}/api/list`, {
    method: 'HEAD',
    headers: { authorization, 'accept-encoding': 'br' },
  })
  expect([headers.get('content-encoding'), headers.get('vary')]).toEqual([
    'br',
    expect.stringContaining('Accept-Encoding'),
  ])
})

test.each([
  ...SENSITIVE.map(path => ['what is next to secrets', 'GET', path]),
  ['the reply to a change', 'POST', '/api/list'],
  ['a stream', 'GET', '/api/stream'],
  ['a download', 'GET', '/api/download'],
])('%s is not compressed: %s %s', async (_what, method, path) => {
  const { status, headers } = await ask(path, 'br, gzip', method)
  expect([status, headers.get('content-encoding')]).toEqual([200, null])
})

test('what exceeds the limit of texts under way is sent as it is, and later ones are compressed again', async () => {
  const text = JSON.stringify({ items })
  const all = await Promise.all(Array.from({ length: 20 }, () => compressed(text, 'br')))
  expect(all.filter(each => each === undefined)).toHaveLength(4)
  expect((await compressed(text, 'br'))?.coding).toBe('br')
})
