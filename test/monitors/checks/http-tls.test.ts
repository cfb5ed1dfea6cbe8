import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket, TlsOptions } from 'node:tls'
import { type Identity, identity } from '../../support/certificates'
import { closeSites, http2Site, httpSite, httpsSite, tcpSite, tlsSite } from '../../support/sites'
import { down, run } from './run'

let root: Identity
let leaf: Identity
const trusting = () => ({ roots: [root.cert] })
const server = (more: TlsOptions = {}): TlsOptions => ({ cert: leaf.cert, key: leaf.key, ...more })

beforeAll(async () => {
  root = await identity({ name: 'Test Root', authority: true, untilDays: 900 })
  leaf = await identity({ name: 'leaf', by: root, hosts: ['localhost', '127.0.0.1'] })
})
afterEach(closeSites)

describe('HTTP/2', () => {
  test('is spoken with the same phases', async () => {
    const site = await http2Site(server(), (ask, answer) => {
      answer.writeHead(200, { 'x-version': ask.httpVersion, 'set-cookie': ['a=1', 'b=2'] })
      answer.end(JSON.stringify({ host: ask.authority, path: ask.url, agent: ask.headers['user-agent'] }))
    })
    const settings = {
      http_version: '2' as const,
      expect_headers: [{ name: 'x-version', matches: '^2.0$' }],
      json: [
        { path: '$.host', value: `localhost:${site.port}` },
        { path: '$.path', value: '/a?b=c' },
        { path: '$.agent', op: 'contains' as const, value: 'Tailrace' },
      ],
    }
    const { outcome, steps } = await run('http', site.url('/a?b=c'), settings, trusting())
    expect(outcome).toMatchObject({
      status: 'up',
      status_code: 200,
      details: { http_version: '2', truncated: false },
      tls: { valid: true, problems: [] },
    })
    expect(Object.values(outcome.phases_ms)).not.toContain(null)
    expect(steps).toEqual(['dns', 'connect', 'tls', 'first byte', 'transfer'])
  })

  test('sends a body and follows redirects, which keep it', async () => {
    const bodies: string[] = []
    const site = await http2Site(server(), async (ask, answer) => {
      let body = ''
      for await (const chunk of ask) body += chunk
      bodies.push(`${ask.method} ${ask.url} ${body} ${ask.headers['content-length']}`)
      if (ask.url === '/') answer.writeHead(307, { location: '/next' })
      answer.end('done')
    })
    const { outcome } = await run('http', site.url(), { method: 'POST', body: 'hello', http_version: '2' }, trusting())
    expect(outcome).toMatchObject({ status: 'up', details: { redirects: [{ status: 307 }] } })
    expect(bodies).toEqual(['POST / hello 5', 'POST /next hello 5'])
  })

  test('reads a large body and stops at the limit', async () => {
    const site = await http2Site(server(), (_ask, answer) => void answer.end(Buffer.alloc(5_000_000, 'x')))
    const check = async (body_bytes_max: number) =>
      (await run('http', site.url(), { http_version: '2', body_bytes_max }, trusting())).outcome
    expect(await check(10_000_000)).toMatchObject({ status: 'up', details: { bytes: 5_000_000, truncated: false } })
    expect(await check(1_000_000)).toMatchObject({ status: 'up', details: { bytes: 1_000_000, truncated: true } })
  })

  test('has an error for servers that do not speak it', async () => {
    for (const options of [server({ ALPNProtocols: ['http/1.1'] }), server({ ALPNProtocols: undefined })]) {
      const site = await tlsSite(options, socket => socket.end())
      const { outcome } = await run('http', site.url(), { http_version: '2' }, trusting())
      const message = 'The server does not accept HTTP/2 over TLS (ALPN)'
      expect(outcome).toMatchObject(down('tls_alpn', { error: { phase: 'tls', message } }))
    }
  })

  test('that is not valid, breaks off or has no answer is an error', async () => {
    const check = async (url: string) => (await run('http', url, { http_version: '2' }, trusting())).outcome
    const wrong = await tlsSite(server({ ALPNProtocols: ['h2'] }), socket => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    expect(await check(wrong.url())).toMatchObject(down('response_invalid', { error: { phase: 'first_byte' } }))
    const mute = await tlsSite(server({ ALPNProtocols: ['h2'] }), socket => socket.once('data', () => socket.end()))
    expect(await check(mute.url())).toMatchObject(down('response_empty', { answer: null }))
    const refusing = await http2Site(server(), (_ask, answer) => answer.stream.close(2))
    expect(await check(refusing.url())).toMatchObject(down('response_invalid'))
    const cut = await http2Site(server(), (_ask, answer) => {
      answer.write('part')
      setImmediate(() => answer.stream.session?.destroy())
    })
    expect(await check(cut.url())).toMatchObject(down('body_incomplete', { error: { phase: 'transfer' } }))
    const reset = await http2Site(server(), (_ask, answer) => {
      answer.write('part')
      setImmediate(() => answer.stream.close(2))
    })
    expect(await check(reset.url())).toMatchObject(down('body_incomplete', { error: { phase: 'transfer' } }))
  })

  test('that does not answer in time is an error', async () => {
    const silent = await http2Site(server(), () => {})
    const { outcome } = await run('http', silent.url(), { http_version: '2' }, { ...trusting(), timeoutMs: 1_500 })
    expect(outcome).toMatchObject(down('timeout', { error: { phase: 'first_byte' } }))
  })

  test('is not spoken without TLS, to which a redirect may lead', async () => {
    const plain = await httpSite((_ask, answer) => void answer.end('ok'))
    const site = await http2Site(
      server(),
      (_ask, answer) => void answer.writeHead(302, { location: plain.url() }).end(),
    )
    const { outcome } = await run('http', site.url(), { http_version: '2' }, trusting())
    expect(outcome).toMatchObject({
      status: 'up',
      details: { http_version: '1.1' },
      warnings: [{ code: 'redirect_leaves_tls' }],
    })
  })
})

/** Whom a client certificate names. */
const nameOf = (socket: Socket) => String((socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'none')

describe('a client certificate', () => {
  const asking = () => server({ requestCert: true, rejectUnauthorized: true, ca: root.cert })
  const settingsOf = ({ cert, key }: Identity) => ({ client_certificate: cert, client_key: key })

  test('is presented', async () => {
    const client = await identity({ name: 'client', by: root })
    const site = await httpsSite(asking(), (ask, answer) => {
      answer.end(nameOf(ask.socket))
    })
    const { outcome } = await run('http', site.url(), { ...settingsOf(client), keyword: 'client' }, trusting())
    expect(outcome).toMatchObject({ status: 'up' })
  })

  test('is missing where the server requires one', async () => {
    const site = await httpsSite(asking())
    expect((await run('http', site.url(), {}, trusting())).outcome).toMatchObject(down('tls_client_certificate'))
    const site2 = await http2Site(asking())
    const { outcome } = await run('http', site2.url(), { http_version: '2' }, trusting())
    expect(outcome).toMatchObject(down('tls_client_certificate'))
  })

  test('is refused by the server', async () => {
    // Node cannot send the alerts unknown_ca and bad_certificate (RFC 8446 section 6) by itself
    for (const alert of ['30', '2a', '2d']) {
      const site = await tcpSite(socket =>
        socket.once('data', () => socket.end(Buffer.from(`150303000202${alert}`, 'hex'))),
      )
      const client = await identity({ name: 'client' })
      const { outcome } = await run('http', `https://localhost:${site.port}/`, settingsOf(client), trusting())
      expect(outcome).toMatchObject(down('tls_client_certificate', { error: { phase: 'tls' } }))
    }
  })

  test('is presented to its own origin only', async () => {
    const peers: string[] = []
    const note = (ask: IncomingMessage) => void peers.push(nameOf(ask.socket))
    const optional = server({ requestCert: true, rejectUnauthorized: false, ca: root.cert })
    const other = await httpsSite(optional, (ask, answer) => {
      note(ask)
      answer.end('ok')
    })
    const site = await httpsSite(optional, (ask, answer) => {
      note(ask)
      const location = ask.url === '/' ? '/same' : other.url()
      answer.writeHead(302, { location }).end()
    })
    const client = await identity({ name: 'client', by: root })
    expect((await run('http', site.url(), settingsOf(client), trusting())).outcome.status).toBe('up')
    expect(peers).toEqual(['client', 'client', 'none'])
  })
})

describe('without verification', () => {
  test('what is wrong with a certificate is a warning that names all of it', async () => {
    const bad = await identity({ name: 'bad', hosts: ['other.example'], fromDays: -9, untilDays: -2 })
    const site = await httpsSite({ cert: bad.cert, key: bad.key })
    const { outcome } = await run('http', site.url(), { verify_tls: false, keyword: 'ok' })
    expect(outcome).toMatchObject({
      status: 'up',
      tls: {
        valid: false,
        subject: 'bad',
        chain_problem: 'tls_expired',
        verified_expires_at: null,
        problems: [
          expect.stringContaining('expired'),
          'The certificate is self-signed',
          expect.stringContaining('not valid for localhost'),
        ],
      },
      warnings: [
        { code: 'certificate_not_trusted', message: expect.stringMatching(/expired.*self-signed.*localhost/) },
      ],
    })
    const verified = await run('http', site.url(), {})
    expect(verified.outcome).toMatchObject(down('tls_expired', { answer: null, tls: { problems: expect.any(Array) } }))
    expect(verified.outcome.tls?.problems).toHaveLength(3)
  })

  test('a good certificate has no warning', async () => {
    const site = await httpsSite(server())
    const { outcome } = await run('http', site.url(), { verify_tls: false }, trusting())
    expect(outcome).toMatchObject({ status: 'up', warnings: [], tls: { valid: true } })
    expect(outcome.tls?.verified_expires_at).toBe(outcome.tls?.expires_at)
  })
})
