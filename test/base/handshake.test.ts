import { X509Certificate } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import type { TLSSocket, TlsOptions } from 'node:tls'
import type { HandshakeOptions } from '../../src/base/handshake'
import { createOutbound } from '../../src/base/outbound'
import { Trust } from '../../src/base/trust'
import { type Identity, identity } from '../support/certificates'
import { closeSites, tlsSite } from '../support/sites'

const { signal } = new AbortController()
let root: Identity

beforeAll(async () => {
  root = await identity({ name: 'Test Root', authority: true, untilDays: 900 })
})
afterEach(closeSites)

/** Makes a handshake with a server that sends this chain. */
async function shake(chain: Identity[], server: TlsOptions = {}, options: HandshakeOptions = {}, roots = [root.cert]) {
  const cert = chain.map(link => link.cert).join('')
  const accepted = new EventEmitter()
  const peer = once(accepted, 'peer').then(([socket]) => socket as TLSSocket)
  const site = await tlsSite({ cert, key: chain[0]?.key, ...server }, socket => accepted.emit('peer', socket))
  const outbound = createOutbound({ allow: ['private'], roots })
  const raw = await outbound.connect('127.0.0.1', site.port, signal)
  if ('error' in raw) throw new Error(raw.error.message)
  const result = await outbound.secure(raw, 'localhost', signal, options)
  return { result, facts: result.facts, peer }
}

const leafOf = (by: Identity | undefined, rest: object = {}) =>
  identity({ name: 'leaf', by, hosts: ['localhost'], ...rest })
const messagesOf = (facts: { problems: { message: string }[] } | undefined) =>
  facts?.problems.map(({ message }) => message)

test('everything that is wrong with a certificate is listed, the most important first', async () => {
  const { result, facts } = await shake([await leafOf(root, { hosts: ['other.example'], fromDays: -9, untilDays: -2 })])
  expect(result).toMatchObject({ error: { code: 'tls_expired' } })
  expect(messagesOf(facts)).toEqual([
    expect.stringMatching(/^The certificate expired at /),
    expect.stringMatching(/^The certificate is not valid for localhost: .*other\.example/),
  ])
  expect(facts?.certificate.verifiedExpiresAt).toBeUndefined()
})

test('dates do not hide that a chain is not trusted', async () => {
  const dates = { fromDays: -9, untilDays: -2 }
  const alone = await shake([await leafOf(undefined, dates)])
  expect(messagesOf(alone.facts)).toEqual([expect.stringContaining('expired'), 'The certificate is self-signed'])
  const middle = await identity({ name: 'Test Middle', authority: true, by: root })
  const incomplete = await shake([await leafOf(middle, dates)])
  expect(messagesOf(incomplete.facts)).toEqual([
    expect.stringContaining('expired'),
    expect.stringContaining('an intermediate certificate is missing'),
  ])
  const complete = await shake([await leafOf(middle, dates), middle])
  expect(messagesOf(complete.facts)).toEqual([expect.stringContaining('expired')])
})

test('a chain with an expired cross-signed root is valid by the root itself, and both expiries are known', async () => {
  const oldRoot = await identity({ name: 'Old Root', authority: true, fromDays: -900, untilDays: -2 })
  const newRoot = await identity({ name: 'New Root', authority: true, untilDays: 700 })
  const crossed = await identity({
    name: 'New Root',
    authority: true,
    by: oldRoot,
    keys: newRoot.keys,
    fromDays: -9,
    untilDays: -1,
  })
  const middle = await identity({ name: 'Middle', authority: true, by: newRoot, untilDays: 300 })
  const { result, facts } = await shake([await leafOf(middle), middle, crossed], {}, {}, [newRoot.cert])
  expect(result).not.toHaveProperty('error')
  expect(facts?.certificate.chainExpiresAt.getTime()).toBeLessThan(Date.now())
  expect(facts?.certificate.verifiedExpiresAt).toEqual(facts?.certificate.expiresAt)
})

test('of several ways to a root, the one that is valid longest counts', async () => {
  const { keys } = await identity({ name: 'Middle', authority: true, by: root })
  const middle = (untilDays: number) => identity({ name: 'Middle', authority: true, by: root, keys, untilDays })
  const links = [await leafOf(await middle(50)), await middle(10), await middle(50)]
  const chain = links.map(({ cert }) => new X509Certificate(cert).raw)
  const expiry = new Trust([root.cert]).expiryOf(chain, new Date())
  expect(Math.round((Number(expiry) - Date.now()) / 86_400_000)).toBe(50)
  expect(new Trust([]).expiryOf(chain, new Date())).toBeUndefined()
})

test('a connection can be kept whatever is wrong with the certificate', async () => {
  const { result } = await shake([await leafOf(undefined)], {}, { keepUntrusted: true })
  if (!('socket' in result)) throw new Error('The connection was closed')
  expect(result.socket.destroyed).toBe(false)
  expect(messagesOf(result.facts)).toEqual(['The certificate is self-signed'])
  result.socket.destroy()
})

test('old TLS is refused, or accepted and named as the problem', async () => {
  const old: TlsOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
  const refused = await shake([await leafOf(root)], old)
  expect(refused.result).toMatchObject({ error: { code: 'tls_protocol' } })
  expect(refused.facts).toBeUndefined()
  const { result, facts } = await shake([await leafOf(root)], old, { allowOldTls: true })
  expect(result).toMatchObject({ error: { code: 'tls_protocol' } })
  expect(facts).toMatchObject({ protocol: 'TLSv1.1', certificate: { problems: [] } })
  expect(messagesOf(facts)).toEqual(['The server speaks TLSv1.1 at best, which browsers no longer accept'])
})

test('another name than the host can be asked for, and the certificate must have it', async () => {
  const { result, peer } = await shake(
    [await leafOf(root, { hosts: ['shop.example'] })],
    {},
    { serverName: 'shop.example' },
  )
  expect(result).not.toHaveProperty('error')
  expect((await peer).servername).toBe('shop.example')
  const wrong = await shake([await leafOf(root)], {}, { serverName: 'shop.example' })
  expect(wrong.result).toMatchObject({ error: { code: 'tls_wrong_host' } })
})

test('the protocol that is spoken is agreed on, and another one is refused', async () => {
  const server = { ALPNProtocols: ['h2'] }
  const { result } = await shake([await leafOf(root)], server, { alpn: ['h2'] })
  expect('socket' in result && result.socket.alpnProtocol).toBe('h2')
  const other = await shake([await leafOf(root)], { ALPNProtocols: ['http/1.1'] }, { alpn: ['h2'] })
  expect(other.result).toMatchObject({
    error: { code: 'tls_alpn', message: 'The server does not accept HTTP/2 over TLS (ALPN)' },
  })
})

test('a client certificate is presented to a server that asks for it', async () => {
  const client = await identity({ name: 'client', by: root })
  const server = { requestCert: true, rejectUnauthorized: true, ca: root.cert }
  const { result, peer } = await shake([await leafOf(root)], server, {
    identity: { certificate: client.cert, key: client.key },
  })
  expect(result).not.toHaveProperty('error')
  expect((await peer).getPeerCertificate().subject.CN).toBe('client')
})
