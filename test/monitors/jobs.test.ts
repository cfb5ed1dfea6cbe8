import fc from 'fast-check'
import { faultsOf } from '../../src/base/parse'
import { healthCheck } from '../../src/monitors'
import { type ExpectStatus, isExpected, isExpectStatus } from '../../src/monitors/checks/expect'

const pathsOf = (input: unknown) => {
  const result = healthCheck.input.safeParse(input)
  return result.success ? [] : faultsOf(result.error, 'input').map(fault => fault.path)
}

test('only a URL is required', () => {
  expect(healthCheck.input.parse({ url: 'https://example.org' })).toEqual({
    url: 'https://example.org',
    method: 'GET',
    headers: {},
    timeout_ms: 10_000,
    follow_redirects: true,
  })
})

test.each<[string, unknown]>([
  ['input', undefined],
  ['input.url', {}],
  ['input.url', { url: 'example.org' }],
  ['input.url', { url: 'file:///etc/passwd' }],
  ['input.url', { url: 'https://user:word@example.org/' }],
  ['input.url', { url: `https://example.org/${'x'.repeat(3_000)}` }],
  ['input.url', { url: `https://${'x'.repeat(64)}.example/` }],
  ['input.url', { url: `https://${'x.'.repeat(150)}example/` }],
  ['input.url', { url: 'https://a..example/' }],
  ['input.url', { url: 'https://.example/' }],
  ['input.url', { url: 'https://example.org:0/' }],
  ['input.url', { url: 'https://example.org:65536/' }],
  ['input.url', { url: 'http://[fe80::1%25eth0]/' }],
  ['input.method', { url: 'https://example.org', method: 'CONNECT' }],
  ['input.timeout_ms', { url: 'https://example.org', timeout_ms: 0 }],
  ['input.timeout_ms', { url: 'https://example.org', timeout_ms: 1e9 }],
  ['input.expect_status', { url: 'https://example.org', expect_status: '2xx' }],
  ['input.expect_status', { url: 'https://example.org', expect_status: '299-200' }],
  ['input.expect_status', { url: 'https://example.org', expect_status: [] }],
  ['input.expect_status', { url: 'https://example.org', expect_status: 99 }],
  ['input.expect_status', { url: 'https://example.org', expect_status: 1000 }],
  ['input.expect_status', { url: 'https://example.org', expect_status: '900-1000' }],
  ['input.headers.Authorization', { url: 'https://example.org', headers: { Authorization: 'Bearer x' } }],
  ['input.headers.cookie', { url: 'https://example.org', headers: { cookie: 'a=b' } }],
  ['input.headers.X-Auth-Token', { url: 'https://example.org', headers: { 'X-Auth-Token': 'x' } }],
  ['input.headers.transfer-encoding', { url: 'https://example.org', headers: { 'transfer-encoding': 'chunked' } }],
  ['input.headers.a b', { url: 'https://example.org', headers: { 'a b': 'c' } }],
  ['input.headers.accept', { url: 'https://example.org', headers: { accept: 'a\r\nb: c' } }],
  ['input.headers.ACCEPT', { url: 'https://example.org', headers: { Accept: 'a', ACCEPT: 'b' } }],
  ['input.wrong', { url: 'https://example.org', wrong: 1 }],
])('%s is reported for %j', (path, input) => {
  expect(pathsOf(input)).toEqual([path])
})

test.each([
  'https://my_host.example/',
  'https://example.org./',
  'http://0x7f.1/',
  'http://[::1]/',
  'https://bücher.example/',
])('%s is accepted', url => {
  expect(pathsOf({ url })).toEqual([])
})

test.each([
  ...['X-Auth-Key', 'Ocp-Apim-Subscription-Key', 'Cookie', 'Proxy-Authorization', 'X-Amz-Signature', 'X-Session-Id'],
  ...['PRIVATE-TOKEN', 'x-credential', 'api-key', 'Client-Secret'],
])('the header %s is refused by name, and the message says what to do', name => {
  const result = healthCheck.input.safeParse({ url: 'https://example.org', headers: { [name]: 'x' } })
  expect(faultsOf(result.error as never, 'input')).toEqual([
    { path: `input.headers.${name}`, message: expect.stringMatching(/looks like a secret.*Check an address/) },
  ])
})

test.each([
  ['Accept', 'text/html'],
  ['X-Request-Key-Count', '3'],
  ['Idempotency-Key', '1'],
  ['X-Author', 'Ada'],
])('the header %s is accepted', (name, value) => {
  expect(pathsOf({ url: 'https://example.org', headers: { [name]: value } })).toEqual([])
})

test('a header whose value is a credential is refused whatever its name', () => {
  const headers = { 'X-Forwarded-For': 'Bearer abcdefghijkl', Referer: 'https://user:word@example.org/' }
  expect(pathsOf({ url: 'https://example.org', headers })).toEqual([
    'input.headers.X-Forwarded-For',
    'input.headers.Referer',
  ])
})

test.each([
  ['https://user@example.org/', 'a user name or password'],
  ['https://:word@example.org/', 'a user name or password'],
  ['https://example.org/?access_token=x', 'the parameter "access_token"'],
  ['https://example.org/?a=1&sig=x', 'the parameter "sig"'],
  ['https://example.org/?%61pi%4bey=x', 'the parameter "apiKey"'],
  ['https://example.org/?X-Amz-Algorithm=a&X-Amz-Signature=x', 'the parameter "X-Amz-Signature"'],
  ['https://example.org/#access_token=x', 'the parameter "access_token"'],
  ['https://example.org/?key=AIzaSyA1234567890', 'the parameter "key"'],
  ['https://example.org/?code=0123456789abcdef', 'the parameter "code"'],
  ['https://example.org/?next=https%3A%2F%2Fuser%3Aword%40example.org', 'the parameter "next"'],
  ['https://example.org/?next=%2F%3Ftoken%3Dabc', 'the parameter "next"'],
])('%s is refused because of %s', (url, what) => {
  const result = healthCheck.input.safeParse({ url })
  const [fault, ...more] = faultsOf(result.error as never, 'input')
  expect([fault?.path, fault?.message.startsWith(`must not contain ${what}: it looks like a secret`), more]).toEqual([
    'input.url',
    true,
    [],
  ])
})

test.each(['?code=DE', '?key=name', '?q=token', '?token_type=a', '?token=', '?page=2#top'])(
  '%s is accepted',
  search => {
    expect(pathsOf({ url: `https://example.org/${search}` })).toEqual([])
  },
)

test('an accepted URL is always http or https, and no input makes the contract throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.anything()), url => {
      const { success, data } = healthCheck.input.safeParse({ url })
      expect(!success || /^https?:$/.test(new URL(data.url).protocol)).toBe(true)
    }),
  )
  fc.assert(fc.property(fc.anything(), input => typeof healthCheck.input.safeParse(input).success === 'boolean'))
})

test('an expected range includes both ends and everything between, in every spelling', () => {
  const status = fc.integer({ min: 100, max: 999 })
  fc.assert(
    fc.property(status, status, status, (one, other, actual) => {
      const low = Math.min(one, other)
      const high = Math.max(one, other)
      const range = `${low}-${high}`
      const spellings: ExpectStatus[] = [range, [range], ` ${range} ,${low}`, [low, range, high]]
      for (const expected of spellings) {
        expect(isExpectStatus(expected)).toBe(true)
        expect(isExpected(actual, expected)).toBe(low <= actual && actual <= high)
      }
      expect(isExpected(actual, one)).toBe(actual === one)
      expect(isExpected(actual)).toBe(actual >= 200 && actual < 300)
    }),
  )
})
