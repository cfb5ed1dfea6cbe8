import { CrawlCookies } from '../../../src/crawls/fetch/crawl-cookies'
import type { FetchedResponse, FetchFailure } from '../../../src/crawls/fetch/fetcher'
import { mayPass } from '../../../src/crawls/fetch/may-pass'
import { requestHeaders } from '../../../src/crawls/fetch/request-headers'
import { retryAfterMs, retryDelayMs } from '../../../src/crawls/fetch/retry'

const NOW = Date.parse('2026-11-30T08:00:00Z')

test.each<[string, number | null]>([
  ['120', 120_000],
  [' 0 ', 0],
  ['Mon, 30 Nov 2026 08:01:00 GMT', 60_000],
  ['Monday, 30-Nov-26 08:01:00 GMT', 60_000],
  ['Mon, 30 Nov 2026 07:00:00 GMT', 0],
  ['86400', 600_000],
  ['99999999999999999999', 600_000],
  ['Tue, 30 Nov 2027 08:00:00 GMT', 600_000],
  ['-5', null],
  ['1.5', null],
  ['soon', null],
  ['Monday', null],
  ['', null],
])('Retry-After: %s is %s ms', (value, ms) => {
  expect(retryAfterMs({ 'retry-after': value }, NOW)).toBe(ms)
})

const response = (status: number, headers: Record<string, string> = {}): FetchedResponse => ({
  kind: 'response',
  status,
  statusText: '',
  headers,
  setCookies: [],
  rawHeaders: [],
  body: Buffer.alloc(0),
  wireBody: Buffer.alloc(0),
  bytes: 0,
  isTruncated: false,
  warning: null,
  address: '127.0.0.1',
  firstByteMs: 1,
  durationMs: 2,
})
const failure = (reason: FetchFailure['reason']): FetchFailure => ({
  kind: 'failure',
  reason,
  message: '',
  mayPass: mayPass(reason),
  firstByteMs: 1,
  durationMs: 2,
})

describe('another try', () => {
  test.each([200, 204, 301, 304, 400, 401, 403, 404, 410, 501, 505, 999])('is of no use after %s', status => {
    expect(retryDelayMs(response(status), 1)).toBeNull()
  })

  test.each<FetchFailure['reason']>(['dns_not_found', 'blocked_address', 'tls_expired', 'response_invalid'])(
    'is of no use after %s',
    reason => {
      expect(retryDelayMs(failure(reason), 1)).toBeNull()
    },
  )

  const delayOf = (result: FetchedResponse | FetchFailure, tries: number) => retryDelayMs(result, tries, NOW) as number

  test.each<[FetchedResponse | FetchFailure, number]>([
    ...[429, 503].map((status): [FetchedResponse, number] => [response(status), 5_000]),
    ...[408, 425, 500, 502, 504, 522, 524].map((status): [FetchedResponse, number] => [response(status), 2_000]),
    [failure('connection_reset'), 1_000],
    [failure('timeout'), 1_000],
  ])('comes later each time, at random', (result, firstMs) => {
    for (const [tries, longest] of [1, 2, 3, 30].map(count => [count, Math.min(firstMs * 2 ** (count - 1), 60_000)])) {
      const delay = delayOf(result, tries as number)
      expect(delay).toBeGreaterThanOrEqual((longest as number) / 2)
      expect(delay).toBeLessThanOrEqual(longest as number)
    }
    const delays = new Set(Array.from({ length: 50 }, () => delayOf(result, 5)))
    expect(delays.size).toBeGreaterThan(1)
  })

  test('comes no sooner than the server asks for', () => {
    expect(delayOf(response(503, { 'retry-after': '300' }), 1)).toBe(300_000)
    expect(delayOf(response(429, { 'retry-after': '0' }), 1)).toBeGreaterThanOrEqual(2_500)
    expect(retryDelayMs(response(301, { 'retry-after': '300' }), 1)).toBeNull()
  })
})

describe('request headers', () => {
  const userAgent = 'Test/1'
  const secrets = {
    origins: new Set(['https://a.test']),
    headers: { 'X-Key': 'key', Cookie: 'own=1' },
    basic: { username: 'jörg', password: 'a:b' },
  }

  test('say who asks, for what', () => {
    const headers = requestHeaders({ url: 'https://a.test/', userAgent })
    expect(headers).toEqual({
      'user-agent': userAgent,
      accept: expect.stringContaining('text/html'),
      'accept-encoding': 'gzip, deflate, br',
    })
    expect(requestHeaders({ url: 'https://a.test/', userAgent, accept: 'text/plain' }).accept).toBe('text/plain')
  })

  test('ask for changes only', () => {
    const conditional = { etag: 'W/"a"', lastModified: 'Mon, 30 Nov 2026 08:00:00 GMT' }
    expect(requestHeaders({ url: 'https://a.test/', userAgent, conditional })).toMatchObject({
      'if-none-match': 'W/"a"',
      'if-modified-since': 'Mon, 30 Nov 2026 08:00:00 GMT',
    })
    const none = requestHeaders({ url: 'https://a.test/', userAgent, conditional: { etag: null, lastModified: null } })
    expect(Object.keys(none)).toHaveLength(3)
  })

  test('have secrets for their own origin only', () => {
    expect(requestHeaders({ url: 'https://a.test/x?y', userAgent, secrets, cookie: 'set=2' })).toMatchObject({
      'x-key': 'key',
      authorization: `Basic ${Buffer.from('jörg:a:b').toString('base64')}`,
      cookie: 'own=1; set=2',
    })
    for (const url of ['http://a.test/', 'https://a.test:8443/', 'https://b.a.test/', 'https://a.test.evil.test/']) {
      const headers = requestHeaders({ url, userAgent, secrets, cookie: 'set=2' })
      expect(headers).toMatchObject({ cookie: 'set=2' })
      expect(Object.keys(headers)).not.toEqual(expect.arrayContaining([expect.stringMatching(/x-key|authorization/)]))
    }
  })
})

describe('cookies of a crawl', () => {
  test('go back to the site that set them', () => {
    const cookies = new CrawlCookies()
    cookies.keep('https://a.test/', ['id=1; Secure', 'all=2; Domain=test'])
    cookies.keep('https://b.test/', ['id=3'])
    expect(cookies.header('https://a.test/page')).toBe('id=1')
    expect(cookies.header('http://a.test/page')).toBeUndefined()
    expect(cookies.header('https://b.test/')).toBe('id=3')
    expect(new CrawlCookies().header('https://a.test/page')).toBeUndefined()
  })

  test('are limited in number and in length', () => {
    const cookies = new CrawlCookies()
    for (let site = 0; site < 12; site++) {
      cookies.keep(
        `https://${site}.example.com/`,
        Array.from({ length: 100 }, (_, index) => `c${index}=${'x'.repeat(200)}`),
      )
    }
    const header = cookies.header('https://0.example.com/') ?? ''
    expect(header.length).toBeLessThanOrEqual(8 * 1024)
    expect(header).toMatch(/^c0=x+; .*=x{200}$/)
    expect(cookies.header('https://11.example.com/')).toBeUndefined()
  })
})
