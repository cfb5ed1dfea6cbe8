import type { IncomingMessage } from 'node:http'
import { networkInterfaces } from 'node:os'
import { closeSites, httpSite, tcpSite } from '../../support/sites'
import { down, run } from './run'

const hasIpv6 = Object.values(networkInterfaces()).some(all => all?.some(({ address }) => address === '::1'))
if (!hasIpv6) process.stderr.write('Skipped: this machine has no IPv6 on its loopback interface.\n')
const testIpv6 = hasIpv6 ? test : test.skip

afterEach(closeSites)

interface Seen {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
}

/** A server that collects its requests. `answers` gives status and headers by path. */
async function collector(answers: Record<string, [number, Record<string, string>]> = {}) {
  const seen: Seen[] = []
  const site = await httpSite((ask, answer) => {
    const chunks: Buffer[] = []
    ask.on('data', chunk => chunks.push(chunk))
    ask.on('end', () => {
      const { method = '', url = '', headers } = ask
      seen.push({ method, path: url, headers, body: Buffer.concat(chunks).toString() })
      const [status, fields] = answers[url] ?? [200, {}]
      answer.writeHead(status, fields).end('ok')
    })
  })
  return { site, seen }
}

test('a check is up, with its phases and where it went', async () => {
  const { site } = await collector()
  const { outcome, steps, logged } = await run('http', site.url('/health'), {})
  expect(outcome).toMatchObject({
    status: 'up',
    status_code: 200,
    tls: null,
    error: null,
    answer: null,
    details: {
      url: site.url('/health'),
      redirects: [],
      bytes: 2,
      truncated: false,
      address: '127.0.0.1',
      http_version: '1.1',
    },
  })
  expect(steps).toEqual(['dns', 'connect', 'first byte', 'transfer'])
  expect(logged.at(-1)?.message).toMatch(/^up: 200 in [\d.]+ ms$/)
})

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)('%s sends the body with its length', async method => {
  const { site, seen } = await collector()
  const body = '{"name":"Zoë"}'
  await run('http', site.url(), { method, body, headers: { 'X-Purpose': 'check' } })
  expect(seen).toEqual([
    expect.objectContaining({
      method,
      body,
      headers: expect.objectContaining({
        'content-length': String(Buffer.byteLength(body)),
        'content-type': 'application/json',
        'x-purpose': 'check',
      }),
    }),
  ])
})

test('the type of a body can be given in any case, and is text unless it is JSON', async () => {
  const { site, seen } = await collector()
  await run('http', site.url(), {
    method: 'POST',
    body: 'a=b',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  })
  await run('http', site.url(), { method: 'POST', body: 'a=b' })
  expect(seen.map(({ headers }) => headers['content-type'])).toEqual([
    'application/x-www-form-urlencoded',
    'text/plain; charset=utf-8',
  ])
})

test('user name and password, or a token, are sent', async () => {
  const { site, seen } = await collector()
  await run('http', site.url(), { basic: { username: 'zoë', password: 'p:w' } })
  await run('http', site.url(), { basic: { username: 'anna' } })
  await run('http', site.url(), { bearer: 'abc.def' })
  const sent = seen.map(({ headers }) => headers.authorization)
  expect(sent).toEqual([
    `Basic ${Buffer.from('zoë:p:w').toString('base64')}`,
    `Basic ${Buffer.from('anna:').toString('base64')}`,
    'Bearer abc.def',
  ])
})

describe('a redirect', () => {
  const cases: [number, 'POST' | 'PUT', string][] = [
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [302, 'PUT', 'PUT'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
  ]
  test.each(cases)('with %i turns %s into %s, and the body goes with the method', async (status, method, then) => {
    const { site, seen } = await collector({ '/old': [status, { location: '/new' }] })
    const { outcome } = await run('http', site.url('/old'), { method, body: 'hello' })
    expect(outcome).toMatchObject({ status: 'up', details: { url: site.url('/new'), redirects: [{ status }] } })
    const isKept = method === then
    expect(seen[1]).toMatchObject({ method: then, body: isKept ? 'hello' : '' })
    expect(seen[1]?.headers['content-length']).toBe(isKept ? '5' : undefined)
    expect(seen[1]?.headers['content-type']).toBe(isKept ? 'text/plain; charset=utf-8' : undefined)
  })

  test('takes credentials along to the same origin only', async () => {
    const other = await collector({ '/back': [302, { location: '/last' }] })
    const { site, seen } = await collector({
      '/same': [302, { location: '/away' }],
      '/away': [302, { location: other.site.url('/back') }],
    })
    const headers = { 'X-Api-Key': 'key-123456', Cookie: 'sid=abcdef', 'X-Plain': 'yes' }
    await run('http', site.url('/same'), { bearer: 'token-123456', headers })
    const secret = { authorization: 'Bearer token-123456', 'x-api-key': 'key-123456', cookie: 'sid=abcdef' }
    expect(seen.map(({ headers: sent }) => sent)).toEqual([
      expect.objectContaining(secret),
      expect.objectContaining(secret),
    ])
    expect(other.seen.map(({ path }) => path)).toEqual(['/back', '/last'])
    for (const { headers: sent } of other.seen) {
      for (const name of Object.keys(secret)) expect(sent).not.toHaveProperty(name)
      expect(sent).toHaveProperty('x-plain', 'yes')
    }
  })

  test('takes a password along to the same origin only', async () => {
    const other = await collector()
    const { site } = await collector({ '/': [307, { location: other.site.url() }] })
    await run('http', site.url(), { basic: { username: 'anna', password: 'secret-word' } })
    expect(other.seen[0]?.headers).not.toHaveProperty('authorization')
  })

  test('is not followed if that is not wanted', async () => {
    const { site, seen } = await collector({ '/': [302, { location: '/new' }] })
    const { outcome } = await run('http', site.url(), { follow_redirects: false, expect_status: 302 })
    expect(outcome).toMatchObject({ status: 'up', status_code: 302 })
    expect(seen).toHaveLength(1)
  })

  test('that leads nowhere fails with the headers of the answer', async () => {
    const { site } = await collector({ '/': [302, { location: 'ftp://example.org/' }] })
    const { outcome } = await run('http', site.url(), {})
    expect(outcome).toMatchObject(
      down('redirect_invalid', { answer: { body: '', headers: { location: 'ftp://example.org/' } } }),
    )
  })

  test('to a server that is down has no answer of the server before', async () => {
    const { site } = await collector({ '/': [302, { location: 'http://nowhere.invalid/' }] })
    const { outcome } = await run('http', site.url(), {})
    expect(outcome).toMatchObject(
      down('dns_not_found', { answer: null, details: { url: 'http://nowhere.invalid/', address: null } }),
    )
  })
})

describe('the version of IP', () => {
  const both = async () => [{ address: '::1' }, { address: '127.0.0.1' }]

  const chosen = async (ip_family: '4' | '6', address: string) => {
    const site = await httpSite((_ask, answer) => void answer.end('ok'), address)
    const url = `http://both.example:${site.port}/`
    const { outcome } = await run('http', url, { ip_family }, { lookup: both })
    expect(outcome).toMatchObject({ status: 'up', warnings: [], details: { address } })
  }

  test('4 is chosen among the addresses', () => chosen('4', '127.0.0.1'))
  testIpv6('6 is chosen among the addresses', () => chosen('6', '::1'))

  test('that a name does not have is an error', async () => {
    const lookup = async () => [{ address: '127.0.0.1' }]
    const { outcome } = await run('http', 'http://four.example/', { ip_family: '6' }, { lookup })
    expect(outcome).toMatchObject(
      down('dns_not_found', { error: { phase: 'dns', message: expect.stringContaining('no IPv6 address') } }),
    )
  })

  test('does not get around the guard', async () => {
    const lookup = async () => [{ address: '8.8.8.8' }, { address: '::1' }]
    const { outcome } = await run('http', 'http://mixed.example/', { ip_family: '4' }, { lookup, allow: [] })
    expect(outcome).toMatchObject(down('blocked_address'))
  })
})

test('a check that takes too long is down, and one that is cancelled has no outcome', async () => {
  const site = await tcpSite(() => {})
  const { outcome } = await run('http', `http://localhost:${site.port}/`, {}, { timeoutMs: 300 })
  expect(outcome).toMatchObject(down('timeout', { answer: null, error: { code: 'timeout', phase: 'first_byte' } }))
  const signal = AbortSignal.abort(new Error('cancelled'))
  await expect(run('http', `http://localhost:${site.port}/`, {}, { signal })).rejects.toThrow('cancelled')
})
