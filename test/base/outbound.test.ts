import { type AddressInfo, Socket } from 'node:net'
import { deadline } from '../../src/base/deadline'
import { createOutbound, type Lookup } from '../../src/base/outbound'
import { closeSites, deadPort, tcpSite } from '../support/sites'

const { signal } = new AbortController()
const answers =
  (...addresses: string[]): Lookup =>
  async () =>
    addresses.map(address => ({ address }))
const never: Lookup = () => new Promise(() => {})

afterEach(closeSites)

describe('resolve', () => {
  test('returns all addresses in order', async () => {
    const outbound = createOutbound({ allow: [], lookup: answers('8.8.8.8', '2606:4700::1111') })
    expect(await outbound.resolve('example.org', signal)).toEqual(['8.8.8.8', '2606:4700::1111'])
  })

  test('one blocked address blocks the name, and the message says which', async () => {
    const outbound = createOutbound({ allow: [], lookup: answers('8.8.8.8', '10.0.0.7') })
    expect(await outbound.resolve('mixed.example', signal)).toEqual({
      error: { code: 'blocked_address', message: expect.stringMatching(/^mixed\.example resolves to 10\.0\.0\.7/) },
    })
  })

  test.each([
    ['10.0.0.7', /^10\.0\.0\.7 is not a public address \(private\)/],
    ['[::ffff:7f00:1]', /^::ffff:7f00:1 leads to 127\.0\.0\.1, which is not a public address \(loopback\)/],
    ['[64:ff9b::a00:7]', /^64:ff9b::a00:7 leads to 10\.0\.0\.7, which is not a public address/],
    ['[fd00::7]', /^fd00::7 is not a public address \(uniqueLocal\)/],
  ])('%s: the message says which address is blocked and why', async (host, message) => {
    const { error } = (await createOutbound({ allow: [] }).resolve(host, signal)) as { error: { message: string } }
    expect(error.message).toMatch(message)
  })

  test('a literal is checked without the resolver', async () => {
    const outbound = createOutbound({ allow: [], lookup: () => Promise.reject(new Error('asked')) })
    expect(await outbound.resolve('[2606:4700::1111]', signal)).toEqual(['2606:4700::1111'])
    for (const host of ['127.0.0.1', '[::1]', '[::ffff:7f00:1]']) {
      expect(await outbound.resolve(host, signal)).toMatchObject({ error: { code: 'blocked_address' } })
    }
  })

  test.each([
    ['ENOTFOUND', 'dns_not_found'],
    ['EAI_AGAIN', 'dns_failed'],
  ])('%s is returned as a failure', async (code, expected) => {
    const lookup: Lookup = () => Promise.reject(Object.assign(new Error(code), { code }))
    const outbound = createOutbound({ allow: [], lookup })
    expect(await outbound.resolve('example.org', signal)).toMatchObject({ error: { code: expected } })
  })

  test.each(['a..example', '.example', '.', `${'x'.repeat(64)}.example`, `${'x.'.repeat(150)}example`])(
    '%s is no name, and nobody is asked for it',
    async name => {
      const outbound = createOutbound({ allow: [], lookup: () => Promise.reject(new Error('asked')) })
      expect(await outbound.resolve(name, signal)).toMatchObject({ error: { code: 'dns_name_invalid' } })
    },
  )

  test('the real resolver finds no address for a name that cannot exist', async () => {
    const found = await createOutbound({ allow: [] }).resolve('tailrace.invalid', signal)
    expect(found).toMatchObject({ error: { code: expect.stringMatching(/^dns_(not_found|failed)$/) } })
  })

  test('a timeout is returned as a failure; a cancellation and a bug are thrown', async () => {
    const outbound = createOutbound({ allow: [], lookup: never })
    const limit = deadline(signal, 20)
    expect(await outbound.resolve('slow.example', limit.signal)).toMatchObject({ error: { code: 'dns_timeout' } })
    const reason = new Error('cancelled')
    await expect(outbound.resolve('slow.example', AbortSignal.abort(reason))).rejects.toBe(reason)
    const broken = createOutbound({ allow: [], lookup: () => Promise.reject(new TypeError('bug')) })
    await expect(broken.resolve('example.org', signal)).rejects.toThrow('bug')
  })
})

describe('connect', () => {
  test('checks the address once more', async () => {
    const site = await tcpSite(socket => socket.end())
    const outbound = createOutbound({ allow: [] })
    expect(await outbound.connect('127.0.0.1', site.port, signal)).toMatchObject({ error: { code: 'blocked_address' } })
  })

  test('connects to exactly that address, and is refused if nothing is listening', async () => {
    const outbound = createOutbound({ allow: ['private'] })
    const site = await tcpSite(() => {})
    const socket = await outbound.connect('127.0.0.1', site.port, signal)
    expect(socket).toBeInstanceOf(Socket)
    expect(((socket as Socket).address() as AddressInfo).address).toBe('127.0.0.1')
    ;(socket as Socket).destroy()
    expect(await outbound.connect('127.0.0.1', await deadPort(), signal)).toMatchObject({
      error: { code: 'connection_refused' },
    })
  })

  test('an aborted signal opens nothing', async () => {
    const site = await tcpSite(() => {})
    const outbound = createOutbound({ allow: ['private'] })
    const reason = new Error('cancelled')
    await expect(outbound.connect('127.0.0.1', site.port, AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})
