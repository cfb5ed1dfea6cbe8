import type { IncomingMessage } from 'node:http'
import { hostname } from 'node:os'
import { linkHost } from '../../src/base/link-host'

const request = (host: string | undefined, localAddress = '192.168.1.5') =>
  ({ headers: { host }, socket: { localAddress, localPort: 8080 } }) as unknown as IncomingMessage

test.each([
  ['localhost:8080', 'localhost:8080'],
  ['LOCALHOST', 'localhost'],
  ['tailrace.localhost:9000', 'tailrace.localhost:9000'],
  ['127.0.0.1:9000', '127.0.0.1:9000'],
  ['[::1]:9000', '[::1]:9000'],
  ['192.168.1.5:80', '192.168.1.5'],
  ['192.168.1.5:8443', '192.168.1.5:8443'],
  [`${hostname()}:8080`, `${hostname().toLowerCase()}:8080`],
])('the host %s is accepted as this machine', (host, shown) => {
  expect(linkHost(request(host))).toBe(shown)
})

test.each([
  'evil.example',
  'localhost.evil.example',
  'evil.example:8080',
  '192.168.1.6:8080',
  'localhost@evil.example',
  'localhost/evil',
  'localhost?x',
  'localhost#x',
  '',
  undefined,
])('the host %j is not, so the address the request arrived at is used', host => {
  expect(linkHost(request(host))).toBe('192.168.1.5:8080')
})

test('IPv6 addresses, and IPv4 addresses in IPv6 form, are written as in URLs', () => {
  expect(linkHost(request('evil.example', '2001:db8::5'))).toBe('[2001:db8::5]:8080')
  expect(linkHost(request('evil.example', '::ffff:10.0.0.7'))).toBe('10.0.0.7:8080')
  expect(linkHost(request('10.0.0.7:1', '::ffff:10.0.0.7'))).toBe('10.0.0.7:1')
})
