import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { createOutbound } from '../../../src/base/outbound'
import type { FetchedResponse, Fetcher, FetchFailure, FetchRequest } from '../../../src/crawls/fetch/fetcher'
import { createFetcher } from '../../../src/crawls/fetch/http-fetcher'
import { type Identity, identity } from '../../support/certificates'
import { closeSites, deadPort } from '../../support/sites'
import { cut, endless, type Handler, held, type Route, raw, reset, silent, slow, startSite } from '../server'

const { signal } = new AbortController()
let root: Identity
let fetcher: Fetcher

beforeAll(async () => {
  root = await identity({ name: 'Test Root', authority: true })
  const lookup = async () => [{ address: '127.0.0.1' }]
  fetcher = createFetcher(createOutbound({ allow: ['private'], lookup, roots: [root.cert] }))
})
afterEach(closeSites)
afterAll(() => fetcher.close())

const ask = (url: string, rest: Partial<FetchRequest> = {}): FetchRequest => ({
  url,
  method: 'GET',
  headers: {},
  timeoutMs: 30_000,
  bodyBytesMax: 1024 * 1024,
  ...rest,
})

/** Fetches one page of a site that has only this one. */
async function fetchOnly(route: Route, rest: Partial<FetchRequest> = {}) {
  const site = await startSite({ '/': route })
  return fetcher.fetch(ask(`${site.url}/`, rest), signal)
}

function received(result: FetchedResponse | FetchFailure): FetchedResponse {
  if (result.kind === 'failure') throw new Error(`${result.reason}: ${result.message}`)
  return result
}

describe('a response', () => {
  test('has its head as sent and its body', async () => {
    const result = received(
      await fetchOnly(
        raw(
          'HTTP/1.1 200 Fine\r\nContent-Type: text/plain\r\nX-Robots-Tag: noindex\r\nX-Robots-Tag: nofollow\r\n' +
            'ETag: "a"\r\nETag: "b"\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 5\r\n\r\nhello',
        ),
      ),
    )
    expect(result).toMatchObject({
      kind: 'response',
      status: 200,
      statusText: 'Fine',
      headers: { 'content-type': 'text/plain', 'x-robots-tag': 'noindex, nofollow', etag: '"a"' },
      setCookies: ['a=1', 'b=2'],
      bytes: 5,
      isTruncated: false,
      warning: null,
      address: '127.0.0.1',
    })
    expect(result.headers).not.toHaveProperty('set-cookie')
    expect(result.rawHeaders.slice(0, 4)).toEqual(['Content-Type', 'text/plain', 'X-Robots-Tag', 'noindex'])
    expect(result.body.toString()).toBe('hello')
    expect(result.firstByteMs).toBeGreaterThan(0)
    expect(result.durationMs).toBeGreaterThanOrEqual(result.firstByteMs)
  })

  test('redirects are not followed, and an address in UTF-8 is readable', async () => {
    const bytes = Buffer.from('HTTP/1.1 301 Moved\r\nLocation: /übung\r\nContent-Length: 0\r\n\r\n')
    expect(received(await fetchOnly(raw(bytes)))).toMatchObject({ status: 301, headers: { location: '/übung' } })
  })

  test('of HEAD and with 204 or 304 has no body', async () => {
    expect(received(await fetchOnly('hello', { method: 'HEAD' }))).toMatchObject({
      status: 200,
      headers: { 'content-length': '5' },
      bytes: 0,
      isTruncated: false,
    })
    const unchanged = raw('HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', { keepOpen: true })
    expect(received(await fetchOnly(unchanged))).toMatchObject({ status: 304, bytes: 0, isTruncated: false })
  })

  test('interim responses are passed over', async () => {
    const text = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\n\r\nno'
    expect(received(await fetchOnly(raw(text)))).toMatchObject({ status: 404, bytes: 2 })
  })

  test('request headers are sent as given, and none that could end the head', async () => {
    const site = await startSite({ '*': 'ok' })
    await fetcher.fetch(ask(`${site.url}/a%20b?c=ü`, { headers: { 'user-agent': 'Test/1', 'x-a': 'b' } }), signal)
    expect(site.hits[0]).toMatchObject({
      path: '/a%20b?c=%C3%BC',
      headers: { host: site.host, 'user-agent': 'Test/1', 'x-a': 'b' },
    })
    const split = fetcher.fetch(ask(site.url, { headers: { 'x-a': 'b\r\nx-c: d' } }), signal)
    await expect(split).rejects.toThrow('Invalid character in header content')
    expect(site.hits).toHaveLength(1)
  })
})

describe('a compressed body', () => {
  const text = 'Compress me! '.repeat(1_000)
  const large = Buffer.from('x'.repeat(3 * 1024 * 1024))
  const zipped = (coding: string, body: Buffer): Route => ({ headers: { 'content-encoding': coding }, body })

  test.each<[string, Buffer]>([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity', Buffer.from(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
    ['GZIP', Buffer.concat([gzipSync(text.slice(0, 50)), gzipSync(text.slice(50))])],
  ])('%s is decoded', async (coding, body) => {
    const result = received(await fetchOnly(zipped(coding, body)))
    expect(result.body.toString()).toBe(text)
    expect(result).toMatchObject({ bytes: body.length, warning: null, isTruncated: false })
    expect(result.wireBody.equals(body)).toBe(true)
  })

  test.each([
    ['gzip', gzipSync(large)],
    ['br', brotliCompressSync(large)],
    ['deflate', deflateSync(large)],
    ['gzip, gzip', gzipSync(gzipSync(large))],
  ])('%s that inflates to too much is cut', async (coding, body) => {
    const result = received(await fetchOnly(zipped(coding, body), { bodyBytesMax: 100_000 }))
    expect(result).toMatchObject({ isTruncated: true, warning: expect.stringContaining('longer than 100000 bytes') })
    expect(result.body).toHaveLength(100_000)
  })

  test('of more than what is decoded at once is decoded, too', async () => {
    const result = received(await fetchOnly(zipped('gzip', gzipSync(large)), { bodyBytesMax: large.length }))
    expect(result).toMatchObject({ isTruncated: false, warning: null })
    expect(result.body.equals(large)).toBe(true)
  })

  test('that ends early or is followed by something is decoded as far as it goes', async () => {
    const whole = gzipSync(text)
    const early = received(await fetchOnly(zipped('gzip', whole.subarray(0, -12))))
    expect(early.warning).toContain('ends early')
    expect(text.startsWith(early.body.toString())).toBe(true)
    const broken = cut('', 500)
    const head = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${whole.length + 9}\r\n\r\n`
    const half = received(await fetchOnly(raw(Buffer.concat([Buffer.from(head), whole]))))
    expect(half).toMatchObject({ isTruncated: true, warning: expect.stringContaining('connection was closed after') })
    expect(half.body.toString()).toBe(text)
    expect(await fetchOnly(broken)).toMatchObject({ kind: 'failure', reason: 'body_incomplete' })
  })

  test('that is none is a failure, unless the status says more', async () => {
    const body = Buffer.from('not compressed')
    expect(await fetchOnly(zipped('gzip', body))).toMatchObject({
      kind: 'failure',
      reason: 'response_invalid',
      message: expect.stringContaining('cannot be decoded'),
      mayPass: false,
    })
    const gone = await fetchOnly({ status: 410, headers: { 'content-encoding': 'br' }, body })
    expect(gone).toMatchObject({ status: 410, warning: expect.stringContaining('cannot be decoded') })
  })

  test('in an unknown coding is left as it is', async () => {
    const result = received(await fetchOnly(zipped('rot13', Buffer.from('uryyb'))))
    expect(result.body.toString()).toBe('uryyb')
    expect(result.warning).toContain('rot13')
  })
})

describe('broken servers', () => {
  test.each<[string, Handler, string, boolean]>([
    ['a reset before the head', reset(), 'connection_reset', true],
    ['a close before the head', raw(''), 'response_empty', true],
    ['a close within the head', raw('HTTP/1.1 200 OK\r\nContent-Ty'), 'response_incomplete', true],
    ['another protocol', raw('SSH-2.0-OpenSSH_9.2\r\n'), 'response_invalid', false],
    ['a status of five digits', raw('HTTP/1.1 20000 OK\r\n\r\n'), 'response_invalid', false],
    ['a NUL in the head', raw('HTTP/1.1 200 OK\r\nX: \0\r\n\r\n'), 'response_invalid', false],
    [
      'two lengths',
      raw('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
      'response_invalid',
      false,
    ],
    ['a huge head', raw(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(300 * 1024)}\r\n\r\n`), 'response_invalid', false],
    [
      'a broken chunk size',
      raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n'),
      'response_invalid',
      false,
    ],
    [
      'a switch of protocols',
      raw('HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n', { keepOpen: true }),
      'response_invalid',
      false,
    ],
    [
      'interim responses only',
      raw('HTTP/1.1 100 Continue\r\n\r\n'.repeat(99), { keepOpen: true }),
      'response_invalid',
      false,
    ],
  ])('%s', async (_name, handler, reason, mayPass) => {
    const result = await fetchOnly(handler)
    expect(result).toMatchObject({ kind: 'failure', reason, mayPass, message: expect.stringMatching(/^The /) })
    expect(result.durationMs).toBeGreaterThanOrEqual(result.firstByteMs)
  })

  test('what browsers read is read, with a warning', async () => {
    const text = 'HTTP/1.1 200\nContent-Length: 2\nContent-Length: 2\nno colon\n\nok'
    const result = received(await fetchOnly(raw(text)))
    expect(result.body.toString()).toBe('ok')
    expect(result.warning).toMatch(/LF instead of CR LF.*without a colon.*more than once/)
    const invalid = received(await fetchOnly(raw('HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nok')))
    expect(invalid).toMatchObject({ bytes: 2, warning: expect.stringContaining('not a number of bytes') })
  })

  test.each<[string, Handler, RegExp]>([
    ['cut by a close', cut('<p>half', 500), /^The connection was closed after 7 of 500 bytes of the body$/],
    ['cut by a reset', reset('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n<p>half'), /reset|closed/],
    [
      'cut between chunks',
      raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n<p>half\r\n'),
      /before the last chunk/,
    ],
  ])('of a body %s, what came is kept', async (_name, handler, warning) => {
    const result = received(await fetchOnly(handler))
    expect(result).toMatchObject({ status: 200, isTruncated: true, warning: expect.stringMatching(warning) })
    expect(result.body.toString()).toBe('<p>half')
  })

  test('an endless body is cut, and its connection closed', async () => {
    const result = received(await fetchOnly(endless(), { bodyBytesMax: 50_000 }))
    expect(result.body).toHaveLength(50_000)
    expect(result).toMatchObject({ isTruncated: true, warning: expect.stringContaining('longer than 50000 bytes') })
  })

  test('silence and slow bodies end with the time', async () => {
    expect(await fetchOnly(silent, { timeoutMs: 50 })).toMatchObject({
      reason: 'timeout',
      message: 'The server did not send a complete response head in time',
      mayPass: true,
    })
    expect(await fetchOnly(slow(5), { timeoutMs: 1_500 })).toMatchObject({
      reason: 'timeout',
      message: 'The response was not completed in time',
    })
  })

  test('a closed port', async () => {
    const url = `http://127.0.0.1:${await deadPort()}/`
    expect(await fetcher.fetch(ask(url), signal)).toMatchObject({ reason: 'connection_refused', mayPass: true })
  })
})

describe('a body is read only if it is wanted', () => {
  const wantsBody = (_status: number, type: string | null) => type !== 'image/png'

  test('a long one is not, and ends the connection', async () => {
    const site = await startSite({
      '/long': { headers: { 'content-type': 'image/png' }, body: Buffer.alloc(5_000_000) },
      '/short': { headers: { 'content-type': 'image/png' }, body: 'png' },
      '/': 'ok',
    })
    const get = async (path: string) => received(await fetcher.fetch(ask(site.url + path, { wantsBody }), signal))
    expect(await get('/short')).toMatchObject({ status: 200, bytes: 0, isTruncated: false, warning: null })
    expect((await get('/')).body.toString()).toBe('ok')
    expect(site.connections()).toBe(1)
    expect(await get('/long')).toMatchObject({ status: 200, bytes: 0, isTruncated: false, warning: null })
    expect((await get('/')).body.toString()).toBe('ok')
    expect(site.connections()).toBe(2)
  })
})

test('a cancellation is thrown, before and after the head', async () => {
  const { route } = held('late')
  const site = await startSite({ '/': route, '/slow': slow(5) })
  for (const path of ['/', '/slow']) {
    const cancel = new AbortController()
    const result = fetcher.fetch(ask(site.url + path), cancel.signal)
    await site.asked(path)
    cancel.abort(new Error('cancelled'))
    await expect(result).rejects.toThrow('cancelled')
  }
  await expect(fetcher.fetch(ask(site.url), AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
})

describe('TLS', () => {
  const leaf = (rest: object = {}) => identity({ name: 'leaf', by: root, hosts: ['localhost'], ...rest })

  test('connections are reused', async () => {
    const site = await startSite({ '/': 'secret' }, { tls: [await leaf()], name: 'localhost' })
    for (let count = 0; count < 3; count++) {
      expect(received(await fetcher.fetch(ask(site.url), signal)).body.toString()).toBe('secret')
    }
    expect(site.connections()).toBe(1)
  })

  test.each<[string, () => Promise<Identity>]>([
    ['tls_expired', () => leaf({ fromDays: -9, untilDays: -2 })],
    ['tls_wrong_host', () => leaf({ hosts: ['other.test'] })],
    ['tls_self_signed', () => leaf({ by: undefined })],
    ['tls_missing_intermediate', async () => leaf({ by: await identity({ name: 'Unknown', authority: true }) })],
  ])('%s', async (reason, certificate) => {
    const site = await startSite({ '/': 'secret' }, { tls: [await certificate()], name: 'localhost' })
    expect(await fetcher.fetch(ask(site.url), signal)).toMatchObject({ kind: 'failure', reason, mayPass: false })
    expect(site.hits).toHaveLength(0)
  })

  test('a server without TLS', async () => {
    const site = await startSite({ '*': 'plain' })
    const result = await fetcher.fetch(ask(`https://localhost:${site.port}/`), signal)
    expect(result).toMatchObject({ reason: 'tls_not_spoken', mayPass: false })
  })
})
