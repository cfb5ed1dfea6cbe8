import type { TLSSocket, TlsOptions } from 'node:tls'
import { type Identity, identity } from '../support/certificates'
import { closeSites, httpsSite, tcpSite, tlsSite } from '../support/sites'
import { check } from './check'

const DAY_MS = 86_400_000
/** TLS 1.2 with TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 (RFC 5246 section 7.4.1.3). */
const SERVER_HELLO_WITHOUT_EXTENSIONS = Buffer.from(`160303002a020000260303${'00'.repeat(32)}00c02f00`, 'hex')
let root: Identity
let middle: Identity
const roots = () => [root.cert]

beforeAll(async () => {
  root = await identity({ name: 'Test Root', authority: true })
  middle = await identity({ name: 'Test Middle', authority: true, by: root })
})
afterEach(closeSites)

/** Starts a server with a certificate for `localhost` that collects its requests. */
async function startSite(chain: Identity[], options: TlsOptions = {}) {
  const requests: string[] = []
  const [leaf] = chain
  const site = await httpsSite(
    { cert: chain.map(link => link.cert).join(''), key: leaf?.key, ...options },
    (request, response) => {
      requests.push(request.url ?? '')
      response.end('ok')
    },
  )
  return { site, requests }
}

const leafOf = (by: Identity | undefined, rest: object = {}) =>
  identity({ name: 'leaf', by, hosts: ['localhost', '127.0.0.1'], ...rest })

test('a valid chain is up, and its details are reported', async () => {
  const { site, requests } = await startSite([await leafOf(middle, { untilDays: 63.5 }), middle])
  const { outcome, steps, logged } = await check(site.url(), {}, { roots: roots() })
  expect(outcome).toMatchObject({
    status: 'up',
    error: null,
    phases_ms: { tls: expect.any(Number) },
    tls: {
      valid: true,
      subject: 'leaf',
      issuer: 'Test Middle',
      names: ['DNS:localhost', 'IP Address:127.0.0.1'],
      days_left: 63,
      protocol: 'TLSv1.3',
      chain_problem: null,
    },
  })
  expect(Date.parse(outcome.tls?.expires_at ?? '')).toBeGreaterThan(Date.now() + 63 * DAY_MS)
  expect(outcome.tls?.chain_expires_at).toBe(outcome.tls?.expires_at)
  expect(steps).toEqual(['dns', 'connect', 'tls', 'first byte', 'transfer'])
  expect(logged).toContainEqual({
    level: 'info',
    step: 'tls',
    message: expect.stringMatching(/^certificate of "leaf" by "Test Middle", valid until .* \(63 days left\)$/),
  })
  expect(requests).toEqual(['/'])
})

test('an IP address is valid if the certificate names it', async () => {
  const { site } = await startSite([await leafOf(root)])
  expect((await check(`https://127.0.0.1:${site.port}/`, {}, { roots: roots() })).outcome.status).toBe('up')
})

test('a trailing dot belongs to the Host header but not to the name in the certificate', async () => {
  const names: (string | false | null | undefined)[] = []
  const leaf = await identity({ name: 'leaf', by: root, hosts: ['shop.example'] })
  const site = await httpsSite({ cert: leaf.cert, key: leaf.key }, (request, response) => {
    names.push((request.socket as TLSSocket).servername, request.headers.host)
    response.end()
  })
  const lookup = async () => [{ address: '127.0.0.1' }]
  const { outcome } = await check(`https://shop.example.:${site.port}/`, {}, { roots: roots(), lookup })
  expect(outcome).toMatchObject({ status: 'up', tls: { valid: true } })
  expect(names).toEqual(['shop.example', `shop.example.:${site.port}`])
})

test('a certificate that expires soon causes a warning', async () => {
  const { site } = await startSite([await leafOf(root, { untilDays: 5.5 })])
  const { outcome, logged } = await check(site.url(), {}, { roots: roots() })
  expect(outcome).toMatchObject({
    status: 'up',
    tls: { days_left: 5 },
    warnings: [{ code: 'certificate_expires_soon', message: expect.stringContaining('5 days left') }],
  })
  expect(logged.find(line => line.level === 'warn')?.message).toContain('5 days left')
})

describe('each certificate fault has its own code and is logged, and no request is sent', () => {
  const faults: [string, () => Promise<Identity[]>][] = [
    ['tls_expired', async () => [await leafOf(root, { fromDays: -9, untilDays: -2 })]],
    ['tls_not_yet_valid', async () => [await leafOf(root, { fromDays: 2 })]],
    ['tls_wrong_host', async () => [await leafOf(root, { hosts: ['other.example'] })]],
    ['tls_wrong_host', async () => [await identity({ name: 'localhost', by: root })]],
    ['tls_self_signed', async () => [await leafOf(undefined)]],
    ['tls_missing_intermediate', async () => [await leafOf(middle)]],
    ['tls_untrusted_root', async () => [await leafOf(await strangeRoot()), await strangeRoot()]],
    [
      'tls_untrusted_root',
      async () => {
        const between = await identity({ name: 'Strange Middle', authority: true, by: await strangeRoot() })
        return [await leafOf(between), between]
      },
    ],
    [
      'tls_chain_expired',
      async () => {
        const old = await identity({ name: 'Old Middle', authority: true, by: root, fromDays: -9, untilDays: -2 })
        return [await leafOf(old), old]
      },
    ],
  ]
  let known: Identity | undefined
  const strangeRoot = async () => {
    known ??= await identity({ name: 'Strange Root', authority: true })
    return known
  }

  test.each(faults)('%s', async (code, chain) => {
    const links = await chain()
    const { site, requests } = await startSite(links)
    const { outcome, logged, steps } = await check(site.url(), {}, { roots: roots() })
    expect(outcome).toMatchObject({
      status: 'down',
      status_code: null,
      error: { code, message: expect.any(String) },
      tls: { valid: false, chain_problem: code, subject: links[0]?.name, expires_at: expect.any(String) },
    })
    expect(steps.at(-1)).toBe('tls')
    expect(logged.some(line => line.message.startsWith('certificate of'))).toBe(true)
    expect(requests).toEqual([])
  })
})

describe('a handshake fails', () => {
  test('without a client certificate', async () => {
    const options = { requestCert: true, rejectUnauthorized: true, ca: root.cert }
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { site, requests } = await startSite([await leafOf(root)], { ...options, maxVersion })
      const { outcome } = await check(site.url(), {}, { roots: roots() })
      expect([maxVersion, outcome.error?.code]).toEqual([maxVersion, 'tls_client_certificate'])
      expect(requests).toEqual([])
    }
  })

  test('if the server only speaks HTTP/2', async () => {
    const { site } = await startSite([await leafOf(root)], { ALPNProtocols: ['h2'] })
    expect((await check(site.url(), {}, { roots: roots() })).outcome).toMatchObject({
      status: 'down',
      error: { code: 'tls_alpn', phase: 'tls' },
    })
  })

  test('if the server does not know the name', async () => {
    // The fatal alert unrecognized_name (RFC 6066 section 3), which Node cannot send.
    const site = await tcpSite(socket =>
      socket.once('data', () => socket.end(Buffer.from('1503030002' + '0270', 'hex'))),
    )
    const { outcome } = await check(`https://localhost:${site.port}/`)
    expect(outcome).toMatchObject({ status: 'down', error: { code: 'tls_unrecognized_name', phase: 'tls' } })
  })

  test('without a common version', async () => {
    const options: TlsOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
    const { site } = await startSite([await leafOf(root)], options)
    expect((await check(site.url(), {}, { roots: roots() })).outcome).toMatchObject({ error: { code: 'tls_protocol' } })
  })

  test('if the server does not answer', async () => {
    const site = await tcpSite(() => {})
    const url = `https://localhost:${site.port}/`
    expect((await check(url, { timeout_ms: 500 })).outcome).toMatchObject({ error: { code: 'tls_timeout' } })
  })

  test('if the server speaks plain HTTP or closes the connection', async () => {
    const plain = await tcpSite(socket => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
    const plainUrl = `https://localhost:${plain.port}/`
    expect((await check(plainUrl)).outcome).toMatchObject({ error: { code: 'tls_not_spoken' } })
    const cut = await tcpSite(socket => socket.once('data', () => socket.destroy()))
    const cutUrl = `https://localhost:${cut.port}/`
    expect((await check(cutUrl)).outcome).toMatchObject({ error: { code: 'tls_closed', phase: 'tls' } })
    const broken = await tcpSite(socket => socket.once('data', () => socket.resetAndDestroy()))
    const brokenUrl = `https://localhost:${broken.port}/`
    expect((await check(brokenUrl)).outcome).toMatchObject({ error: { code: 'connection_reset', phase: 'tls' } })
  })

  test('a server without secure renegotiation is accepted: the handshake continues until it closes the connection', async () => {
    const site = await tcpSite(socket => socket.once('data', () => socket.end(SERVER_HELLO_WITHOUT_EXTENSIONS)))
    const url = `https://localhost:${site.port}/`
    expect((await check(url)).outcome).toMatchObject({ error: { code: 'tls_closed', phase: 'tls' } })
  })

  test('a server that closes the connection after the handshake has an empty response', async () => {
    const leaf = await leafOf(root)
    const site = await tlsSite({ cert: leaf.cert, key: leaf.key }, socket => socket.destroy())
    expect((await check(site.url(), {}, { roots: roots() })).outcome).toMatchObject({
      status: 'down',
      error: { code: 'response_empty' },
      tls: { valid: true },
    })
  })
})
