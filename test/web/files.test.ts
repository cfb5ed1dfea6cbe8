import { once } from 'node:events'
import { mkdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { contentCodings } from '../../src/base/http/accepted-codings'
import { type Site, startSite } from './site'

const CODE = "export const words = 'one two one two one two one two'\n".repeat(50)
/** With a hash in its name, and without one. */
const HASHED = '/app-ABCDEFG2.js'
const PLAIN = '/client/tailrace.js'

let site: Site
beforeAll(async () => {
  site = await startSite()
  const folder = (name: string) => join(site.dataDir, name)
  await mkdir(folder('client'))
  for (const name of [HASHED, PLAIN]) {
    await writeFile(folder(name), CODE)
    await writeFile(folder(`${name}.br`), brotliCompressSync(CODE))
    await writeFile(folder(`${name}.gz`), gzipSync(CODE))
  }
  await writeFile(folder('only-ABCDEFG2.css'), 'p{}')
})
afterAll(() => site.stop())

/** Not by fetch, which decodes, and adds headers of its own. */
async function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const [response] = (await once(request(site.url + path, { method, headers }).end(), 'response')) as [IncomingMessage]
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part)
  return { status: response.statusCode, headers: response.headers, bytes: Buffer.concat(parts) }
}
const accepting = (codings: string) => ({ 'accept-encoding': codings })

test.each([
  ['', []],
  ['gzip, deflate, br, zstd', ['br', 'gzip']],
  ['gzip', ['gzip']],
  ['*', ['br', 'gzip']],
  ['*;q=0.5, gzip', ['gzip', 'br']],
  ['br;q=0, gzip', ['gzip']],
  ['BR ; Q=0.2 , gzip;q=0.8', ['gzip', 'br']],
  ['br;q=0.5, identity', []],
  ['identity;q=0, gzip', ['gzip']],
  ['*;q=0', []],
  ['br;q=nonsense', []],
])('of "%s" these codings are wanted: %j', (header, codings) => {
  expect(contentCodings(header)).toEqual(codings)
})

test('a file is sent as brotli, gzip or as it is', async () => {
  const br = await ask(HASHED, accepting('gzip, br'))
  expect(br.headers).toMatchObject({
    'content-encoding': 'br',
    'content-type': 'text/javascript; charset=utf-8',
    'content-length': String(brotliCompressSync(CODE).length),
    vary: 'Accept-Encoding',
  })
  expect(brotliDecompressSync(br.bytes).toString()).toBe(CODE)
  const gzip = await ask(HASHED, accepting('gzip, br;q=0'))
  expect(gzip.headers['content-encoding']).toBe('gzip')
  expect(gunzipSync(gzip.bytes).toString()).toBe(CODE)
  const plain = await ask(HASHED)
  expect(plain.headers['content-encoding']).toBeUndefined()
  expect(plain.headers.vary).toBe('Accept-Encoding')
  expect(plain.bytes.toString()).toBe(CODE)
  const etags = [br, gzip, plain].map(({ headers }) => headers.etag)
  expect(new Set(etags).size).toBe(3)
})

test('one that is not there compressed is sent as it is', async () => {
  const { headers, bytes } = await ask('/only-ABCDEFG2.css', accepting('br'))
  expect([headers['content-encoding'], headers['content-type']]).toEqual([undefined, 'text/css; charset=utf-8'])
  expect(bytes.toString()).toBe('p{}')
})

test('a compressed file is no file of its own', async () => {
  expect((await ask(`${HASHED}.br`)).status).toBe(404)
  expect((await ask('/..%2fmain.js', accepting('br'))).status).toBeGreaterThanOrEqual(400)
})

test('HEAD and ranges speak of the compressed bytes', async () => {
  const whole = await ask(HASHED, accepting('br'))
  const head = await ask(HASHED, accepting('br'), 'HEAD')
  expect(head.bytes).toHaveLength(0)
  expect(head.headers).toMatchObject({ 'content-encoding': 'br', 'content-length': String(whole.bytes.length) })
  expect(head.headers.etag).toBe(whole.headers.etag)
  const part = await ask(HASHED, { ...accepting('br'), range: 'bytes=10-19' })
  expect([part.status, part.headers['content-range']]).toEqual([206, `bytes 10-19/${whole.bytes.length}`])
  expect(part.bytes.equals(whole.bytes.subarray(10, 20))).toBe(true)
  const beyond = await ask(HASHED, { ...accepting('br'), range: 'bytes=999999-' })
  expect([beyond.status, beyond.headers['content-range']]).toEqual([416, `bytes */${whole.bytes.length}`])
  expect(beyond.headers['content-encoding']).toBeUndefined()
  expect(JSON.parse(beyond.bytes.toString())).toMatchObject({ errors: [{ path: 'header.range' }] })
})

test('names with a hash are kept for ever, all others are asked for again each time', async () => {
  expect((await ask(HASHED, accepting('br'))).headers['cache-control']).toBe('public, max-age=31536000, immutable')
  const first = await ask(PLAIN, accepting('br'))
  expect(first.headers['cache-control']).toBe('public, no-cache')
  const etag = String(first.headers.etag)
  const again = await ask(PLAIN, { ...accepting('br'), 'if-none-match': etag })
  expect([again.status, again.headers.etag, again.headers.vary]).toEqual([304, etag, 'Accept-Encoding'])
  expect((await ask(PLAIN, { ...accepting('gzip'), 'if-none-match': etag })).status).toBe(200)
  const page = await ask('/sign-in')
  expect([page.headers['cache-control'], typeof page.headers['last-modified']]).toEqual(['no-cache', 'string'])
})

test('a page is sent compressed, and sent again only if its content has changed', async () => {
  const file = join(site.dataDir, 'index.html.br')
  await writeFile(file, brotliCompressSync('<p>one</p>'))
  const first = await ask('/sign-in', accepting('br'))
  expect(brotliDecompressSync(first.bytes).toString()).toBe('<p>one</p>')
  expect(first.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', vary: 'Accept-Encoding' })
  const known = { ...accepting('br'), 'if-none-match': String(first.headers.etag) }
  expect((await ask('/sign-in', known)).status).toBe(304)
  expect((await ask('/', known)).status).toBe(302) // needs a session all the same

  const { mtime } = await stat(file)
  await writeFile(file, brotliCompressSync('<p>two</p>')) // of the same size
  await utimes(file, mtime, mtime)
  expect((await ask('/sign-in', known)).status).toBe(200)
  await rm(file)
})
