import type { IncomingMessage } from 'node:http'
import fc from 'fast-check'
import { follow, locationOf } from '../../src/monitors/checks/redirects'
import { closeSites, httpSite, tcpSite } from '../support/sites'
import { check } from './check'

afterEach(closeSites)

/** A site that redirects each path in `to`, and collects the requests. */
async function redirecting(to: Record<string, [number, string]>) {
  const requests: IncomingMessage[] = []
  const site = await httpSite((request, response) => {
    requests.push(request)
    const [status, location] = to[request.url ?? ''] ?? []
    if (status) response.writeHead(status, { location })
    response.end('end')
  })
  return { site, requests }
}

test('redirects are followed, listed and logged, with separate steps', async () => {
  const { site } = await redirecting({ '/a': [301, '/b'], '/b': [302, 'c?token=hidden'] })
  const { outcome, steps, logged } = await check(site.url('/a'))
  expect(outcome).toMatchObject({
    status: 'up',
    status_code: 200,
    redirects: [
      { url: site.url('/a'), status: 301 },
      { url: site.url('/b'), status: 302 },
    ],
    url: site.url('/c?token=***'),
  })
  expect(steps).toEqual([
    ...['dns', 'connect', 'first byte'],
    ...['redirect 1: dns', 'redirect 1: connect', 'redirect 1: first byte'],
    ...['redirect 2: dns', 'redirect 2: connect', 'redirect 2: first byte', 'redirect 2: transfer'],
  ])
  expect(JSON.stringify({ outcome, logged })).not.toContain('hidden')
})

test('a redirect loop ends after ten, with the status of the redirect', async () => {
  const { site, requests } = await redirecting({ '/': [302, '/'] })
  const { outcome } = await check(site.url())
  expect(outcome).toMatchObject({ status: 'down', status_code: 302, error: { code: 'too_many_redirects' } })
  expect(outcome.redirects).toHaveLength(10)
  expect(requests).toHaveLength(11)
})

test('a redirect that is not followed is a response like any other', async () => {
  const { site, requests } = await redirecting({ '/': [302, '/other'] })
  const settings = { follow_redirects: false }
  expect((await check(site.url(), settings)).outcome).toMatchObject({ status: 'down', status_code: 302, redirects: [] })
  expect((await check(site.url(), { ...settings, expect_status: 302 })).outcome.status).toBe('up')
  expect(requests.map(({ url }) => url)).toEqual(['/', '/'])
})

test.each([
  'ftp://localhost/',
  'javascript:alert(1)',
  'http://[',
  'http:// /',
  'http://localhost:0/',
  'http://localhost:65536/',
])('a redirect to %s is a failure', async to => {
  const { site } = await redirecting({ '/': [302, to] })
  expect((await check(site.url())).outcome).toMatchObject({ status: 'down', error: { code: 'redirect_invalid' } })
})

test('a redirect without a location is the final response', async () => {
  const site = await httpSite((_request, response) => void response.writeHead(302).end())
  expect((await check(site.url())).outcome).toMatchObject({ error: { code: 'status_unexpected' }, status_code: 302 })
})

// Expected results are those of Chromium 156, requesting /d/start#old.
describe('a Location is read byte by byte, as browsers do', () => {
  test.each([
    ['/caf\xe9', '/caf%E9', '#old'],
    ['/caf\xc3\xa9', '/caf%C3%A9', '#old'],
    ['/q?a=caf\xe9', '/q?a=caf%E9', '#old'],
    ['b/c', '/d/b/c', '#old'],
    ['../z', '/z', '#old'],
    ['?x=1', '/d/start?x=1', '#old'],
    ['/a b', '/a%20b', '#old'],
    ['/a\tb', '/ab', '#old'],
    ['\\x\\y', '/x/y', '#old'],
    ['http:/same', '/same', '#old'],
    ['/%zz%e9', '/%zz%e9', '#old'],
    ['/f#new', '/f', '#new'],
    ['/f#', '/f', '#'],
    ['\r\n /folded', '/folded', '#old'],
    ['/same\r\nLocation: /same', '/same', '#old'],
  ])('%j', async (location, path, fragment) => {
    const { lines, outcome, site } = await located(`Location: ${location}`)
    expect(lines).toEqual(['GET /d/start HTTP/1.1', `GET ${path} HTTP/1.1`])
    expect(outcome).toMatchObject({ status: 'up', url: site.url(path + fragment) })
  })

  test.each(['Location:', 'Location:  ', 'Refresh: 0; url=/r'])('"%s" is not a redirect', async header => {
    const { lines, outcome } = await located(header)
    expect(lines).toHaveLength(1)
    expect(outcome).toMatchObject({ status_code: 302, redirects: [], error: { code: 'status_unexpected' } })
  })

  test.each(['Location: /a\r\nLocation: /b', 'Location:\r\nLocation: /b'])('%j is refused', async header => {
    const { lines, outcome } = await located(header)
    expect(lines).toHaveLength(1)
    expect(outcome).toMatchObject({ status: 'down', status_code: 302, error: { code: 'redirect_invalid' } })
  })

  test('a host name that cannot exist has its own error', async () => {
    const { outcome } = await located('Location: http://a..example/')
    expect(outcome).toMatchObject({ status: 'down', error: { code: 'dns_name_invalid', phase: 'dns' } })
  })

  test('a secret in a fragment is not shown', async () => {
    const { outcome } = await located('Location: /f#access_token=hidden')
    expect(JSON.stringify(outcome)).not.toContain('hidden')
  })
})

/** Checks /d/start#old on a site that redirects from there with this header. @returns the request lines it received, too */
async function located(header: string) {
  const lines: string[] = []
  const site = await tcpSite(socket =>
    socket.once('data', (request: Buffer) => {
      lines.push(request.toString('latin1').split('\r\n')[0] ?? '')
      const redirect = `HTTP/1.1 302 Found\r\n${header}\r\nContent-Length: 0\r\n\r\n`
      socket.end(lines.length === 1 ? Buffer.from(redirect, 'latin1') : 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    }),
  )
  return { lines, site, outcome: (await check(site.url('/d/start#old'))).outcome }
}

test('one timeout covers all redirects', async () => {
  const site = await httpSite((_request, response) => {
    setTimeout(() => response.writeHead(302, { location: '/' }).end(), 60)
  })
  expect((await check(site.url(), { timeout_ms: 200 })).outcome).toMatchObject({
    error: { code: expect.stringMatching(/timeout$/) },
  })
})

test('cookies of a redirect are only sent back to the host that set them', async () => {
  const requests: (string | undefined)[] = []
  const site = await httpSite((request, response) => {
    requests.push(`${request.headers.host?.split(':')[0]}${request.url} ${request.headers.cookie}`)
    const set: Record<string, [string, string[]]> = {
      '/': ['/2', ['a=1; Path=/', 'b="x=y"; Max-Age=60', 'c=3; Secure', '=none']],
      '/2': [`http://127.0.0.1:${site.port}/3`, ['a=; Max-Age=0', 'd=4; Expires=Thu, 01 Jan 1970 00:00:00 GMT']],
      '/3': [site.url('/4'), ['e=5']],
    }
    const [location, cookies] = set[request.url ?? ''] ?? []
    if (location) response.writeHead(302, { location, 'set-cookie': cookies })
    response.end()
  })
  expect((await check(site.url())).outcome.status).toBe('up')
  expect(requests).toEqual([
    'localhost/ undefined',
    'localhost/2 a=1; b="x=y"; c=3; none',
    '127.0.0.1/3 undefined',
    'localhost/4 b="x=y"; c=3; none',
  ])
})

describe('every redirect is checked by the outbound guard', () => {
  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://0.0.0.0/',
  ])('%s is not requested', async to => {
    const { site } = await redirecting({ '/': [302, to] })
    const { outcome, steps } = await check(site.url())
    expect(outcome).toMatchObject({ status: 'down', error: { code: 'blocked_address' }, status_code: 302 })
    expect(steps.at(-1)).toBe('redirect 1: dns')
  })

  test('a name whose address changes in between is blocked', async () => {
    const { site, requests } = await redirecting({ '/': [302, '/again'] })
    const addresses = ['127.0.0.1', '169.254.169.254']
    const lookup = async () => [{ address: addresses.shift() ?? '' }]
    const { outcome } = await check(`http://rebind.example:${site.port}/`, {}, { lookup })
    expect(outcome).toMatchObject({ status: 'down', error: { code: 'blocked_address' } })
    expect(requests).toHaveLength(1)
  })

  test('a name is resolved once per hop, so the address that was checked is the one connected to', async () => {
    const { site } = await redirecting({})
    let count = 0
    const lookup = async () => {
      count++
      return [{ address: count === 1 ? '127.0.0.1' : '10.255.255.1' }]
    }
    const { outcome } = await check(`http://rebind.example:${site.port}/`, {}, { allow: ['127.0.0.0/8'], lookup })
    expect(outcome.status).toBe('up')
    expect(count).toBe(1)
  })
})

describe('the request after a redirect', () => {
  const request = (method: string, headers = {}) => ({ url: new URL('https://a.example/x'), method, headers })

  test.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [301, 'PUT', 'PUT'],
    [302, 'HEAD', 'HEAD'],
    [307, 'POST', 'POST'],
    [308, 'DELETE', 'DELETE'],
  ])('after %i %s is %s', (status, before, after) => {
    expect(follow(request(before), status, '/y')).toMatchObject({ method: after })
  })

  test('keeps credentials only within the origin', () => {
    const headers = { authorization: 'a', cookie: 'b', 'x-api-key': 'c', host: 'd', accept: 'e', 'content-type': 'f' }
    expect(follow(request('GET', headers), 302, '/y')).toMatchObject({ headers })
    for (const to of ['https://b.example/', 'http://a.example/', 'https://a.example:444/', '//a.example:8443/']) {
      expect(follow(request('GET', headers), 302, to)).toMatchObject({ headers: { accept: 'e', 'content-type': 'f' } })
      expect(Object.keys((follow(request('GET', headers), 302, to) as { headers: object }).headers)).toHaveLength(2)
    }
    expect(follow(request('POST', headers), 303, '/y')).not.toHaveProperty('headers.content-type')
  })

  test('takes no credentials from the URL', () => {
    expect(follow(request('GET'), 302, 'https://u:p@b.example/')).toMatchObject({ url: new URL('https://b.example/') })
  })

  test('is http or https, or refused, for any location', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.string({ unit: 'binary' })), text => {
        const location = locationOf(302, [Buffer.from(text).toString('latin1')])
        const next = follow(request('GET'), 302, String(location ?? ''))
        expect('error' in next || /^https?:$/.test(next.url.protocol)).toBe(true)
      }),
    )
  })
})
