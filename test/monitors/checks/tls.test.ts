import { webcrypto } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createSecureContext, type TlsOptions } from 'node:tls'
import { SMTPServer } from 'smtp-server'
import { type Identity, type IdentitySettings, identity } from '../../support/certificates'
import { closeSites, tcpSite, tlsSite } from '../../support/sites'
import { down, faultsOf, run } from './run'

const DAY_MS = 86_400_000
let root: Identity
let middle: Identity
const surroundings = () => ({ roots: [root.cert] })

beforeAll(async () => {
  root = await identity({ name: 'Test Root', authority: true, untilDays: 900 })
  middle = await identity({ name: 'Test Middle', authority: true, by: root, untilDays: 400 })
})
afterEach(closeSites)

const leafOf = (by: Identity | undefined, rest: Partial<IdentitySettings> = {}) =>
  identity({ name: 'leaf', by, hosts: ['localhost', '127.0.0.1'], ...rest })

const pem = (chain: Identity[]) => ({ cert: chain.map(link => link.cert).join(''), key: chain[0]?.key })

async function serve(chain: Identity[], options: TlsOptions = {}): Promise<string> {
  const site = await tlsSite({ ...pem(chain), ...options }, socket => socket.on('error', () => {}))
  return `localhost:${site.port}`
}

const check = (target: string, settings: Parameters<typeof run<'tls'>>[2] = {}) =>
  run('tls', target, settings, surroundings())
const daysFromNow = (time: string | null | undefined) => Math.round((Date.parse(time ?? '') - Date.now()) / DAY_MS)

describe('a valid chain', () => {
  test('is up, with the expiry of what was served and of what was verified', async () => {
    const target = await serve([await leafOf(middle, { untilDays: 63 }), middle])
    const { outcome, steps, logged } = await check(target)
    expect(outcome).toMatchObject({
      status: 'up',
      error: null,
      warnings: [],
      details: { address: '127.0.0.1' },
      tls: {
        valid: true,
        subject: 'leaf',
        issuer: 'Test Middle',
        protocol: 'TLSv1.3',
        chain_problem: null,
        problems: [],
      },
      phases_ms: { dns: expect.any(Number), connect: expect.any(Number), tls: expect.any(Number), first_byte: null },
    })
    expect(daysFromNow(outcome.tls?.expires_at)).toBe(63)
    expect(daysFromNow(outcome.tls?.chain_expires_at)).toBe(63)
    expect(daysFromNow(outcome.tls?.verified_expires_at)).toBe(63)
    expect(steps).toEqual(['dns', 'connect', 'tls'])
    expect(logged.at(-1)?.message).toMatch(/^up: TLSv1.3, valid until \d{4}-/)
  })

  test('may include an expired cross-signed root that nobody needs', async () => {
    const oldRoot = await identity({ name: 'Old Root', authority: true, fromDays: -900, untilDays: -5 })
    const crossed = await identity({
      name: 'Test Root',
      authority: true,
      by: oldRoot,
      keys: root.keys,
      fromDays: -900,
      untilDays: -5,
    })
    const target = await serve([await leafOf(middle, { untilDays: 63 }), middle, crossed])
    const { outcome } = await check(target)
    expect(outcome).toMatchObject({ status: 'up', tls: { valid: true } })
    expect(daysFromNow(outcome.tls?.verified_expires_at)).toBe(63)
  })

  test('expires soon: a warning, and down if the settings say so', async () => {
    const target = await serve([await leafOf(root, { untilDays: 12.5 })])
    const { outcome } = await check(target)
    expect(outcome).toMatchObject({ status: 'up', warnings: [{ code: 'certificate_expires_soon' }] })
    expect((await check(target, { days_left_min: 12 })).outcome.status).toBe('up')
    expect((await check(target, { days_left_min: 13 })).outcome).toMatchObject({
      status: 'down',
      error: { code: 'tls_expires_soon', message: expect.stringContaining('expires in 12 days'), phase: 'tls' },
      tls: { valid: true, problems: [expect.stringContaining('expires in 12 days')] },
    })
  })

  test('expires as soon as its first certificate', async () => {
    const short = await identity({ name: 'Short Middle', authority: true, by: root, untilDays: 5.5 })
    const { outcome } = await check(await serve([await leafOf(short), short]), { days_left_min: 14 })
    expect(outcome.error).toMatchObject({
      code: 'tls_expires_soon',
      message: expect.stringContaining('Another certificate of the chain expires in 5 days'),
    })
  })

  test('may be for a wildcard of the right depth, or an address', async () => {
    const wild = await leafOf(root, { hosts: ['*.shop.example'] })
    const target = await serve([wild])
    expect((await check(target, { server_name: 'www.shop.example.' })).outcome.status).toBe('up')
    expect((await check(target, { server_name: 'a.b.shop.example' })).outcome).toMatchObject(down('tls_wrong_host'))
    const address = (await serve([await leafOf(root)])).replace('localhost', '127.0.0.1')
    expect((await check(address)).outcome.status).toBe('up')
  })
})

test('the server name is asked for, and different names have different certificates', async () => {
  const [shop, mail] = await Promise.all(
    ['shop.example', 'mail.example'].map(host => identity({ name: host, by: root, hosts: [host] })),
  )
  const names: string[] = []
  const target = await serve([await leafOf(root)], {
    SNICallback: (name, done) => {
      names.push(name)
      const found = [shop, mail].find(each => each?.name === name)
      done(null, found && createSecureContext(pem([found])))
    },
  })
  for (const server_name of ['shop.example', 'mail.example']) {
    expect((await check(target, { server_name })).outcome).toMatchObject({
      status: 'up',
      tls: { subject: server_name },
    })
  }
  expect((await check(target)).outcome).toMatchObject({ status: 'up', tls: { subject: 'leaf' } })
  expect(names).toEqual(['shop.example', 'mail.example', 'localhost'])
})

describe('each problem has its own code, and a message among all problems', () => {
  const rsa = (modulusLength: number) =>
    webcrypto.subtle.generateKey(
      { name: 'RSASSA-PKCS1-v1_5', modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
      true,
      ['sign', 'verify'],
    )
  const strange = () => identity({ name: 'Strange Root', authority: true })

  const problems: [string, string, () => Promise<Identity[]>][] = [
    ['tls_expired', 'expired at', async () => [await leafOf(root, { fromDays: -9, untilDays: -2 })]],
    ['tls_not_yet_valid', 'not valid before', async () => [await leafOf(root, { fromDays: 2 })]],
    ['tls_wrong_host', 'not valid for localhost', async () => [await leafOf(root, { hosts: ['other.example'] })]],
    ['tls_wrong_host', 'no host name (subjectAltName)', async () => [await identity({ name: 'localhost', by: root })]],
    ['tls_self_signed', 'self-signed', async () => [await leafOf(undefined)]],
    ['tls_missing_intermediate', 'intermediate certificate is missing', async () => [await leafOf(middle)]],
    [
      'tls_untrusted_root',
      'not trusted',
      async () => {
        const authority = await strange()
        return [await leafOf(authority), authority]
      },
    ],
    [
      'tls_chain_expired',
      'Old Middle',
      async () => {
        const old = await identity({ name: 'Old Middle', authority: true, by: root, fromDays: -9, untilDays: -2 })
        return [await leafOf(old), old]
      },
    ],
    ['tls_weak_key', 'RSA with 1024 bits', async () => [await leafOf(root, { keys: await rsa(1_024) })]],
    ['tls_weak_signature', 'SHA-1', async () => [await leafOf(root, { hash: 'SHA-1' })]],
    [
      'tls_weak_signature',
      'Weak Middle',
      async () => {
        const weak = await identity({ name: 'Weak Middle', authority: true, by: root, hash: 'SHA-1' })
        return [await leafOf(weak), weak]
      },
    ],
  ]

  test.each(problems)('%s: %s', async (code, words, chain) => {
    const links = await chain()
    const { outcome, logged } = await check(await serve(links, { ciphers: 'DEFAULT@SECLEVEL=0' }))
    expect(outcome).toMatchObject({ status: 'down', error: { code, phase: 'tls' }, tls: { subject: links[0]?.name } })
    expect(outcome.error?.message).toContain(words)
    expect(outcome.tls?.problems).toEqual([outcome.error?.message])
    expect(logged.at(-1)).toMatchObject({ level: 'error', message: expect.stringContaining(words) })
  })

  test('a key of 2048 bits is strong enough', async () => {
    expect((await check(await serve([await leafOf(root, { keys: await rsa(2_048) })]))).outcome.status).toBe('up')
  })

  test('several at once are all named', async () => {
    const leaf = await leafOf(root, {
      hosts: ['other.example'],
      untilDays: -2,
      fromDays: -9,
      hash: 'SHA-1',
      keys: await rsa(1_024),
    })
    const target = await serve([leaf], { maxVersion: 'TLSv1.2', ciphers: 'DEFAULT@SECLEVEL=0' })
    const { outcome, logged } = await check(target, { min_version: 'TLSv1.3', issuer: 'Encrypt' })
    expect(outcome).toMatchObject(down('tls_expired'))
    const all = outcome.tls?.problems.join('\n') ?? ''
    for (const words of ['expired at', 'not valid for localhost', '1024 bits', 'SHA-1', 'TLSv1.2 at best', '"Encrypt"'])
      expect(all).toContain(words)
    expect(logged.filter(({ level }) => level === 'warn')).toHaveLength((outcome.tls?.problems.length ?? 0) - 1)
  })
})

describe('the version and the issuer', () => {
  test.each(['TLSv1', 'TLSv1.1'] as const)('%s alone is named', async version => {
    const options = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }
    const { outcome } = await check(await serve([await leafOf(root)], options))
    expect(outcome).toMatchObject({
      status: 'down',
      error: { code: 'tls_protocol' },
      tls: { valid: true, protocol: version },
    })
  })

  test('a higher version can be required', async () => {
    const target = await serve([await leafOf(root)], { maxVersion: 'TLSv1.2' })
    expect((await check(target, { min_version: 'TLSv1.2' })).outcome.status).toBe('up')
    const { outcome } = await check(target, { min_version: 'TLSv1.3' })
    expect(outcome.error).toMatchObject({ code: 'tls_protocol', message: expect.stringContaining('expected TLSv1.3') })
  })

  test('part of the issuer is enough, in any case', async () => {
    const target = await serve([await leafOf(middle), middle])
    expect((await check(target, { issuer: 'test MIDDLE' })).outcome.status).toBe('up')
    expect((await check(target, { issuer: 'Other' })).outcome).toMatchObject(down('tls_issuer_unexpected'))
  })
})

describe('the handshake', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('with %s, a client certificate is required', async maxVersion => {
    const options = { requestCert: true, rejectUnauthorized: true, ca: root.cert, maxVersion }
    const { outcome } = await check(await serve([await leafOf(root)], options))
    expect(outcome).toMatchObject({ status: 'down', error: { code: 'tls_client_certificate', phase: 'tls' } })
  })

  test('an optional client certificate is no problem', async () => {
    const options = { requestCert: true, rejectUnauthorized: false, ca: root.cert }
    expect((await check(await serve([await leafOf(root)], options))).outcome.status).toBe('up')
  })

  test('a server that closes at once after it is up', async () => {
    const site = await tlsSite(pem([await leafOf(root)]), socket => socket.end())
    expect((await check(`localhost:${site.port}`)).outcome.status).toBe('up')
  })

  test('is not spoken, not answered, or broken off', async () => {
    const plain = await tcpSite(socket => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
    expect((await check(`localhost:${plain.port}`)).outcome).toMatchObject(down('tls_not_spoken', { tls: null }))
    const silent = await tcpSite(() => {})
    const late = await run('tls', `localhost:${silent.port}`, {}, { timeoutMs: 300 })
    expect(late.outcome).toMatchObject(down('tls_timeout'))
    const cut = await tcpSite(socket => socket.once('data', () => socket.destroy()))
    expect((await check(`localhost:${cut.port}`)).outcome).toMatchObject(down('tls_closed'))
  })

  test('begins after STARTTLS, with a real SMTP server', async () => {
    const leaf = await leafOf(root)
    const server = new SMTPServer({ ...pem([leaf]), authOptional: true })
    server.on('error', () => {}) // the check breaks off
    server.listen(0, '127.0.0.1')
    await once(server.server, 'listening')
    const { port } = server.server.address() as AddressInfo
    const { outcome } = await check(`localhost:${port}`, { starttls: 'smtp' })
    expect(outcome).toMatchObject({ status: 'up', tls: { valid: true, subject: 'leaf' } })
    await new Promise<void>(resolve => server.close(resolve))
  })

  test('goes only to addresses that the guard allows, of the wanted family', async () => {
    const target = await serve([await leafOf(root)])
    const blocked = await run('tls', target, {}, { allow: [] })
    expect(blocked.outcome).toMatchObject(down('blocked_address'))
    const other = await run('tls', target.replace('localhost', '127.0.0.1'), { ip_family: '6' })
    expect(other.outcome).toMatchObject(down('dns_not_found'))
  })

  test('is given up when the check is cancelled', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled')
    const site = await tcpSite(socket => socket.once('data', () => controller.abort(reason)))
    await expect(run('tls', `localhost:${site.port}`, {}, { signal: controller.signal })).rejects.toBe(reason)
  })
})

test('faults name the target and the server name', () => {
  expect(faultsOf('tls', 'example.org:443', { server_name: 'www.example.org' })).toEqual([])
  expect(faultsOf('tls', 'example.org', {})).toEqual(['target'])
  expect(faultsOf('tls', 'example.org:443', { server_name: 'a..b' })).toEqual(['settings.server_name'])
})
