import type { IncomingMessage } from 'node:http'
import fc from 'fast-check'
import { givenSecret, isForeign, refuseSecretsInUrl } from '../../src/access/requests'
import { SessionCookie } from '../../src/access/session-cookie'
import { cookieOf, type Site, startSite } from '../web/site'

let site: Site
let cookie: string
beforeAll(async () => {
  site = await startSite({ config: { publicUrl: 'https://tailrace.example' } })
  cookie = cookieOf(await site.ask('POST', '/api/session', { as: null, body: { token: site.adminToken } }))
})
afterAll(() => site.stop())

const change = (headers: Record<string, string>) =>
  site.ask('POST', '/api/tokens', { cookie, headers, body: { name: 'x', role: 'viewer' } })

test.each<Record<string, string>>([
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: 'not a url' },
  { referer: 'https://evil.example/page' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'cross-site', origin: 'https://tailrace.example' },
])('a change by cookie from another origin is refused: %j', async headers => {
  const answer = await change(headers)
  expect([answer.status, answer.body.code]).toEqual([403, 'foreign_origin'])
})

test('a change by cookie from our own pages, or from a program, is accepted', async () => {
  for (const headers of [
    { origin: site.url },
    { origin: 'https://tailrace.example' },
    { referer: `${site.url}/settings` },
    { 'sec-fetch-site': 'same-origin' },
    {},
  ] as Record<string, string>[])
    expect((await change(headers)).status).toBe(201)
})

test('another origin cannot sign a visitor in', async () => {
  const body = { token: site.adminToken }
  const answer = await site.ask('POST', '/api/session', { as: null, body, headers: { origin: 'https://evil.example' } })
  expect(answer.status).toBe(403)
})

test('another origin may read by cookie, and change by token', async () => {
  const headers = { origin: 'https://evil.example' }
  expect((await site.ask('GET', '/api/session', { cookie, headers })).status).toBe(200)
  expect((await site.ask('POST', '/api/tokens', { headers, body: { name: 'x', role: 'viewer' } })).status).toBe(201)
})

test('a Basic header meant for a proxy neither hides the cookie nor counts as a token', async () => {
  const authorization = 'Basic dXNlcjpwYXNzd29yZA=='
  expect((await site.ask('GET', '/api/session', { cookie, headers: { authorization } })).status).toBe(200)
  expect((await change({ authorization, origin: 'https://evil.example' })).status).toBe(403)
})

test('any headers are either read or refused with a Problem', () => {
  const session = new SessionCookie(false)
  session.setInstallation('test')
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('Bearer ', 'bearer', 'Bearer a b', 'tailrace_test=%'),
  )
  const headers = fc.record(
    { authorization: text, cookie: text, origin: text, referer: text, host: text, 'sec-fetch-site': text },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(headers, text, (headers, url) => {
      const req = { headers, url, method: 'POST' } as unknown as IncomingMessage
      expect(typeof isForeign(req, 'https://tailrace.example')).toBe('boolean')
      for (const read of [() => givenSecret(req, session), () => refuseSecretsInUrl(url)])
        try {
          read()
        } catch (error) {
          expect(error).toMatchObject({ name: 'Problem' })
        }
    }),
  )
})

test('a secret parameter is found however the query is encoded', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('token', 'access_token', 'api_key'),
      fc.array(fc.webQueryParameters()),
      (name, others) => {
        const encoded = [...name].map(letter => `%${letter.charCodeAt(0).toString(16)}`).join('')
        const url = `/x?${[...others, `${encoded}=1`].join('&')}`
        expect(() => refuseSecretsInUrl(url)).toThrow(expect.objectContaining({ status: 400 }))
      },
    ),
  )
})
