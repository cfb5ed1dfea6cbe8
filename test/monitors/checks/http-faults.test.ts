import { monitorSettings } from '../../../src/contract/monitor-settings'
import { checkTypes } from '../../../src/monitors/checks/types'
import { type Identity, identity } from '../../support/certificates'
import { faultsOf } from './run'

const URL = 'https://example.org/health'

test('usual settings have no faults', () => {
  const settings = {
    method: 'POST' as const,
    headers: { Authorization: 'Bearer abcdef123456', Host: 'shop.example', Cookie: 'a=b' },
    body: '{}',
    expect_status: [200, '300-399'],
    keyword: 'ok',
    json: [
      { path: '$.a', value: null },
      { path: "$['b'][?@.c > 1]", op: 'exists' as const },
    ],
    expect_headers: [{ name: 'Server', matches: '(?i)nginx' }],
    http_version: '2' as const,
  }
  expect(faultsOf('http', URL, settings)).toEqual([])
})

test.each([
  ['example.org', 'must be a complete URL'],
  ['ftp://example.org/', 'must begin with http'],
  ['https://example.org:0/', 'must not have port 0'],
  ['https://a..b/', 'must have a valid host name'],
  ['https://anna:word@example.org/', 'settings.basic'],
  ['https://example.org/?token=abcdef', 'settings.headers, as settings.basic or as settings.bearer'],
])('the target %s has a fault', (target, message) => {
  const faults = checkTypes.http.faults(target, monitorSettings.http.parse({}))
  expect(faults).toEqual([{ path: 'target', message: expect.stringContaining(message) }])
})

const basic = { username: 'anna', password: 'word' }
const cases: [string, object, string][] = [
  ['a framing header', { headers: { 'Content-Length': '5' } }, 'settings.headers.Content-Length'],
  ['a header for one connection', { headers: { Upgrade: 'h2c' } }, 'settings.headers.Upgrade'],
  ['a header that is not valid', { headers: { 'a b': '1' } }, 'settings.headers.a b'],
  ['a header twice', { headers: { 'X-A': '1', 'x-a': '2' } }, 'settings.headers.x-a'],
  ['a body of a GET', { body: 'x' }, 'settings.body'],
  ['a body of a HEAD', { method: 'HEAD', body: 'x' }, 'settings.body'],
  ['a keyword in no body', { method: 'HEAD', keyword: 'x' }, 'settings.method'],
  ['a password beside a token', { basic, bearer: 'abc' }, 'settings.bearer'],
  ['a password beside a header', { basic, headers: { authorization: 'x' } }, 'settings.basic'],
  ['a token beside a header', { bearer: 'abc', headers: { authorization: 'x' } }, 'settings.bearer'],
  ['a colon in a user name', { basic: { username: 'a:b' } }, 'settings.basic.username'],
  ['a token with a line feed', { bearer: 'a\nb' }, 'settings.bearer'],
  ['a status that is none', { expect_status: '200-2990' }, 'settings.expect_status'],
  ['a JSONPath that is not valid', { json: { path: 'status', value: 1 } }, 'settings.json.path'],
  [
    'one of several',
    {
      json: [
        { path: '$.a', value: 1 },
        { path: '$[', value: 1 },
      ],
    },
    'settings.json.1.path',
  ],
  ['a JSON rule without a value', { json: { path: '$.a' } }, 'settings.json.value'],
  ['a JSON rule that needs a number', { json: { path: '$.a', op: '<', value: 'x' } }, 'settings.json.value'],
  [
    'a pattern that is not valid',
    { expect_headers: [{ name: 'a', matches: '(' }] },
    'settings.expect_headers.0.matches',
  ],
  [
    'a pattern that RE2 does not know',
    { expect_headers: [{ name: 'a', matches: '(?=a)' }] },
    'settings.expect_headers.0.matches',
  ],
  [
    'the name of a header that is none',
    { expect_headers: [{ name: 'a b', matches: '.' }] },
    'settings.expect_headers.0.name',
  ],
]
test.each(cases)('%s is a fault', (_name, settings, path) => {
  expect(faultsOf('http', URL, settings)).toEqual([path])
})

test('more than 50 headers are a fault', () => {
  const headers = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`x-${index}`, '1']))
  expect(faultsOf('http', URL, { headers })).toEqual(['settings.headers'])
})

test('HTTP/2 and client certificates need https', async () => {
  const { cert, key } = await identity({ name: 'client' })
  const settings = { http_version: '2' as const, client_certificate: cert, client_key: key }
  expect(faultsOf('http', 'http://example.org/', settings)).toEqual([
    'settings.http_version',
    'settings.client_certificate',
  ])
  expect(faultsOf('http', URL, settings)).toEqual([])
})

describe('a client certificate', () => {
  let client: Identity
  let other: Identity
  beforeAll(async () => {
    client = await identity({ name: 'client' })
    other = await identity({ name: 'other' })
  })

  test('and its key belong together', () => {
    const faults = (settings: object) => faultsOf('http', URL, settings)
    expect(faults({ client_certificate: client.cert })).toEqual(['settings.client_key'])
    expect(faults({ client_key: client.key })).toEqual(['settings.client_certificate'])
    expect(faults({ client_certificate: client.cert, client_key: other.key })).toEqual(['settings.client_key'])
    expect(faults({ client_certificate: 'x', client_key: client.key })).toEqual(['settings.client_certificate'])
    expect(faults({ client_certificate: client.cert, client_key: 'x' })).toEqual(['settings.client_key'])
    expect(faults({ client_certificate: client.cert, client_key: client.key })).toEqual([])
  })
})

test('checks are limited by the host and its port', () => {
  expect(checkTypes.http.hostOf('https://Example.org:8443/a', monitorSettings.http.parse({}))).toBe('example.org:8443')
})
