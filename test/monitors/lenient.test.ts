import { randomBytes } from 'node:crypto'
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { closeSites, tcpSite } from '../support/sites'
import { check } from './check'

afterEach(closeSites)

const OK = 'HTTP/1.1 200 OK\r\n'
const LENGTH = 'Content-Length: 2\r\n\r\nok'
const CHUNKS = 'Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'

/** Checks a server that sends exactly these bytes, all at once or one by one. */
async function checkResponse(bytes: string | Buffer, { single = false, method = 'GET' } = {}) {
  const all = Buffer.from(bytes as string, 'latin1')
  const site = await tcpSite(socket =>
    socket.once('data', () => {
      if (single) for (const byte of all) socket.write(Buffer.of(byte))
      else socket.write(all)
      socket.end()
    }),
  )
  return (await check(site.url(), { method })).outcome
}

const codesOf = ({ warnings }: Awaited<ReturnType<typeof checkResponse>>) => warnings.map(({ code }) => code)

// A response that Chromium 156 displays is up.
describe('a server that browsers tolerate is up, with a warning', () => {
  test.each<[string, string, string | undefined]>([
    ['bare LF', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok', 'bare_line_feed'],
    ['one bare LF', `HTTP/1.1 200 OK\n${LENGTH}`, 'bare_line_feed'],
    ['a bare LF at the blank line', `${OK}Content-Length: 2\r\n\nok`, 'bare_line_feed'],
    ['a space before the colon', `${OK}X-A : b\r\n${LENGTH}`, 'header_name_space'],
    ['a space before the colon of the length', `${OK}Content-Length : 2\r\n\r\nok`, 'header_name_space'],
    ['a folded header', `${OK}X-A: b\r\n c\r\n${LENGTH}`, 'header_folded'],
    ['a folded length', `${OK}Content-Length:\r\n 2\r\n\r\nok`, 'header_folded'],
    ['a first header that is folded', `${OK} X-A: b\r\n${LENGTH}`, 'header_folded'],
    ['a header of 20 KB', `${OK}X-A: ${'b'.repeat(20_000)}\r\n${LENGTH}`, 'head_large'],
    ['3000 headers', `${OK}${'X-A: b\r\n'.repeat(3_000)}${LENGTH}`, 'head_large'],
    ['the length twice', `${OK}Content-Length: 2\r\n${LENGTH}`, 'content_length_repeated'],
    ['the length as a list', `${OK}Content-Length: 2, 2\r\n\r\nok`, 'content_length_repeated'],
    ['a length that is not a number', `${OK}Content-Length: two\r\n\r\nok`, 'content_length_invalid'],
    ['a negative length', `${OK}Content-Length: -1\r\n\r\nok`, 'content_length_invalid'],
    ['a length before chunks', `${OK}Content-Length: 9\r\n${CHUNKS}`, 'content_length_ignored'],
    [
      'different lengths beside chunks',
      `${OK}Content-Length: 9\r\nContent-Length: 8\r\n${CHUNKS}`,
      'content_length_ignored',
    ],
    ['a coding "identity"', `${OK}Transfer-Encoding: identity\r\n${LENGTH}`, 'transfer_encoding_unknown'],
    [
      'a coding after chunked',
      `${OK}Transfer-Encoding: chunked, identity\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
      'transfer_encoding_unknown',
    ],
    ['no reason phrase', `HTTP/1.1 200\r\n${LENGTH}`, 'status_line_malformed'],
    ['an empty reason phrase', `HTTP/1.1 200 \r\n${LENGTH}`, undefined],
    ['a reason phrase in Latin-1', `HTTP/1.1 200 Tr\xe8s bien\r\n${LENGTH}`, undefined],
    ['lower case', `http/1.1 200 ok\r\n${LENGTH}`, 'status_line_malformed'],
    ['two spaces', `HTTP/1.1  200  OK\r\n${LENGTH}`, 'status_line_malformed'],
    ['no status', `HTTP/1.1\r\n${LENGTH}`, 'status_line_malformed'],
    ['a reason phrase in place of the status', `HTTP/1.1 OK\r\n${LENGTH}`, 'status_line_malformed'],
    ['another version', `HTTP/2 200\r\n${LENGTH}`, 'status_line_malformed'],
    ['ICY', `ICY 200 OK\r\n${LENGTH}`, 'status_line_malformed'],
    ['blank lines first', `\r\n\n\r\n${OK}${LENGTH}`, 'status_line_malformed'],
    ['a byte order mark first', `\xef\xbb\xbf${OK}${LENGTH}`, 'status_line_malformed'],
    ['HTTP/1.0 without a length', 'HTTP/1.0 200 OK\r\n\r\nok', undefined],
    ['an interim response', `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 199 Odd\r\nX-A: b\r\n\r\n${OK}${LENGTH}`, undefined],
    ['a control character', `${OK}X-A: b\x01c\r\n${LENGTH}`, 'header_control_character'],
    ['a bare CR', `${OK}X-A: b\rc\r\n${LENGTH}`, 'header_control_character'],
    ['Latin-1', `${OK}X-A: caf\xe9\r\n${LENGTH}`, 'header_not_ascii'],
    ['a line without a colon', `${OK}nonsense\r\n${LENGTH}`, 'header_without_colon'],
    ['a second status line', `${OK}${OK}${LENGTH}`, 'header_without_colon'],
    ['a name with a space', `${OK}X A: b\r\n${LENGTH}`, 'header_name_invalid'],
    ['no name', `${OK}: b\r\n${LENGTH}`, 'header_name_invalid'],
    ['more than its length', `${OK}${LENGTH} and more`, 'data_after_response'],
    ['an offer to upgrade', `${OK}Upgrade: h2c\r\nConnection: Upgrade\r\n${LENGTH}`, undefined],
    ['spaces after a chunk size', `${OK}Transfer-Encoding: chunked\r\n\r\n2  \r\nok\r\n0\r\n\r\n`, undefined],
    ['a chunk extension', `${OK}Transfer-Encoding: chunked\r\n\r\n002 ; a="b"\r\nok\r\n0\r\n\r\n`, undefined],
    ['trailers, good and bad', `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\nbad\r\n\r\n`, undefined],
    ['chunks with bare LF', `${OK}Transfer-Encoding: chunked\r\n\r\n1\no\n1\nk\n0\n\n`, 'bare_line_feed'],
    ['data after the last chunk', `${OK}${CHUNKS}HTTP/1.1 400 Bad Request\r\n\r\n`, 'data_after_response'],
  ])('%s', async (_what, bytes, code) => {
    for (const single of [false, true]) {
      const outcome = await checkResponse(bytes, { single: single && bytes.length < 1_000 })
      expect(outcome).toMatchObject({ status: 'up', status_code: 200, bytes: 2, error: null })
      // Data after the end is only noticed if it arrives together with the end.
      if (single && code === 'data_after_response') continue
      expect(codesOf(outcome)).toEqual(code ? [code] : [])
    }
  })

  test('a body where none is allowed', async () => {
    expect(await checkResponse(`HTTP/1.1 204 None\r\n${LENGTH}`)).toMatchObject({
      status: 'up',
      status_code: 204,
      bytes: 0,
    })
    expect(await checkResponse(`HTTP/1.1 304 Same\r\n${LENGTH}`)).toMatchObject({
      status_code: 304,
      bytes: 0,
      error: { code: 'status_unexpected' },
    })
    const head = await checkResponse(`${OK}${LENGTH}`, { method: 'HEAD' })
    expect(head).toMatchObject({ status: 'up', bytes: 0 })
    expect(codesOf(head)).toEqual(['data_after_response'])
  })

  test('each fault is reported and logged once, including redirects', async () => {
    const site = await tcpSite(socket =>
      socket.once('data', (request: Buffer) => {
        const first = request.toString().startsWith('GET / ')
        socket.end(first ? 'HTTP/1.1 302 Found\nLocation : /b\n\n' : 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok')
      }),
    )
    const { outcome, logged } = await check(site.url())
    expect(outcome).toMatchObject({ status: 'up', url: site.url('/b') })
    expect(codesOf(outcome)).toEqual(['bare_line_feed', 'header_name_space'])
    expect(logged.filter(line => line.level === 'warn').map(line => line.message)).toContain(
      outcome.warnings[0]?.message,
    )
  })

  test('the HTTP parser of Node never has to refuse a head, whatever was sent', async () => {
    let bytes = Buffer.alloc(0)
    const site = await tcpSite(socket => socket.once('data', () => socket.end(bytes)))
    const head = `${OK}X-A: b\r\nContent-Encoding: gzip\r\n${LENGTH}`
    const part = fc.oneof(
      fc.constantFrom('\r', '\n', ' ', ':', '\t', '\x7f', '\xff', '204', 'HTTP/1.1', ','),
      fc.string(),
    )
    const edit = fc.tuple(fc.nat(head.length), fc.nat(8), part)
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async edits => {
        const text = edits.reduce((old, [at, cut, put]) => old.slice(0, at) + put + old.slice(at + cut), head)
        bytes = Buffer.from(text, 'latin1')
        const { outcome } = await check(site.url())
        expect(outcome.error?.message ?? '').not.toContain('HPE_')
      }),
      { numRuns: 150 },
    )
  })

  test('header values are not logged', async () => {
    const secret = 'Set-Cookie: id=hidden'
    const outcome = await checkResponse(`${OK}${secret}\x01\r\n hidden\r\n${secret.replace(':', ' ')}\r\n${LENGTH}`)
    expect(codesOf(outcome)).toEqual(['header_control_character', 'header_folded', 'header_without_colon'])
    expect(outcome.warnings[0]?.message).toBe('The header Set-Cookie has a control character')
    expect(JSON.stringify(outcome)).not.toContain('hidden')
  })

  test('contradictory lengths are refused, as in browsers', async () => {
    const outcome = await checkResponse(`${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nok`)
    expect(outcome).toMatchObject({ status: 'down', error: { code: 'response_invalid' } })
    expect(outcome.error?.message).toContain('2 and 3')
  })
})

test.each([
  ['that differ', 'attachment', false],
  ['that are the same', 'inline', true],
])('two Content-Disposition headers %s are treated as in browsers', async (_what, second, isUp) => {
  const outcome = await checkResponse(`${OK}Content-Disposition: inline\r\nContent-Disposition: ${second}\r\n${LENGTH}`)
  const error = { code: 'response_invalid', message: expect.stringContaining('Content-Disposition') }
  expect(outcome).toMatchObject(isUp ? { status: 'up' } : { status: 'down', error })
})

describe('content codings', () => {
  const page = Buffer.from('<p>hello</p>')
  const gzip = gzipSync(page)
  const named = Buffer.concat([
    Buffer.from([31, 139, 8, 28, 0, 0, 0, 0, 0, 3, 2, 0, 7, 7]),
    Buffer.from('n\0c\0'),
    gzip.subarray(10),
  ])
  const spoiled = Buffer.concat([gzip.subarray(0, -8), Buffer.alloc(4), gzip.subarray(-4)])
  const flushed = { finishFlush: constants.Z_SYNC_FLUSH }
  const flushedBrotli = { finishFlush: constants.BROTLI_OPERATION_FLUSH }
  const coded = (coding: string, ...bytes: (Buffer | string)[]) =>
    Buffer.concat([`${OK}Content-Encoding: ${coding}\r\n\r\n`, ...bytes].map(part => Buffer.from(part as string)))

  test.each<[string, Buffer, number, string | undefined]>([
    ['gzip', coded('gzip', gzip), 12, undefined],
    ['gzip with all its optional fields', coded('gzip', named), 12, undefined],
    ['two members', coded('gzip', gzip, gzip), 24, undefined],
    ['trailing bytes', coded('gzip', gzip, 'garbage'), 12, 'body_trailing_data'],
    ['trailing zeros', coded('gzip', gzip, Buffer.alloc(9)), 12, 'body_trailing_data'],
    [
      'bytes that only look like a member',
      coded('gzip', gzip, Buffer.from([31, 139, 8, 0, 1])),
      12,
      'body_trailing_data',
    ],
    ['a wrong checksum', coded('gzip', spoiled), 12, 'body_checksum_wrong'],
    ['deflate', coded('deflate', deflateSync(page)), 12, undefined],
    ['bare deflate', coded('deflate', deflateRawSync(page)), 12, undefined],
    ['brotli', coded('br', brotliCompressSync(page)), 12, undefined],
    ['brotli with trailing bytes', coded('br', brotliCompressSync(page), 'garbage'), 12, 'body_trailing_data'],
    ['gzip twice', coded('gzip, gzip', gzipSync(gzip)), 12, undefined],
    ['brotli in gzip', coded('br, GZIP', gzipSync(brotliCompressSync(page))), 12, undefined],
    ['identity', coded('identity', page), 12, undefined],
    ['an unknown coding', coded('rot13', page), 12, 'content_encoding_unknown'],
    ['too many codings', coded('gzip, gzip, gzip, gzip, gzip', page), 12, 'content_encoding_unknown'],
  ])('%s', async (_what, bytes, count, code) => {
    const outcome = await checkResponse(bytes)
    expect(outcome).toMatchObject({ status: 'up', bytes: count, truncated: false })
    expect(codesOf(outcome)).toEqual(code ? [code] : [])
  })

  test.each([
    ['gzip', coded('gzip', gzip.subarray(0, -10)), 11],
    ['gzip without its trailer', coded('gzip', gzip.subarray(0, -8)), 12],
    ['gzip within its trailer', coded('gzip', gzip.subarray(0, -3)), 12],
    ['gzip within its header', coded('gzip', gzip.subarray(0, 7)), 0],
    ['gzip data that was flushed and never finished', coded('gzip', gzipSync(page, flushed)), 12],
    ['deflate', coded('deflate', deflateSync(page).subarray(0, -4)), 12],
    ['brotli data that was flushed and never finished', coded('br', brotliCompressSync(page, flushedBrotli)), 12],
    ['brotli', coded('br', brotliCompressSync(page).subarray(0, 8)), 5],
  ])('truncated data is decoded up to its end: %s', async (_what, bytes, count) => {
    const outcome = await checkResponse(bytes)
    expect(outcome).toMatchObject({ status: 'up', bytes: count, truncated: false })
    expect(codesOf(outcome)).toEqual(['compressed_data_incomplete'])
  })

  test('decompression bombs, even nested ones, and large bodies are cut at the limit', async () => {
    const MIB = 1024 * 1024
    const bomb = gzipSync(gzipSync(Buffer.alloc(64 * MIB)))
    for (const bytes of [coded('gzip, gzip', bomb), coded('gzip', ...Array(90).fill(gzipSync(Buffer.alloc(20_000))))])
      expect(await checkResponse(bytes)).toMatchObject({ status: 'up', bytes: MIB, truncated: true })
    const noise = randomBytes(2 * MIB)
    const large = [
      coded('gzip', gzipSync(noise)),
      coded('deflate', deflateSync(noise)),
      coded('br', brotliCompressSync(noise)),
    ]
    for (const bytes of large) expect(await checkResponse(bytes)).toMatchObject({ status: 'up', truncated: true })
  })
})
