import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { closeSites, httpSite } from '../../support/sites'
import { down, run } from './run'

afterEach(closeSites)

/** A server with one answer. */
const answering = (body: string | Buffer, headers: Record<string, string | string[]> = {}, status = 200) =>
  httpSite((_ask, answer) => void answer.writeHead(status, headers).end(body))

/** What a check of one JSON document finds. */
async function jsonCheck(document: unknown, json: object | object[]) {
  const site = await answering(JSON.stringify(document), { 'content-type': 'application/json' })
  return (await run('http', site.url(), { json: json as { path: string } })).outcome
}

describe('the status', () => {
  test('is compared with what is expected, and the answer is kept', async () => {
    const site = await answering('Down for maintenance', { 'x-served-by': 'web-1' }, 503)
    const { outcome, logged } = await run('http', site.url(), {})
    expect(outcome).toMatchObject(
      down('status_unexpected', {
        status_code: 503,
        error: { message: 'The server answered 503; expected 200-299' },
        answer: { body: 'Down for maintenance', truncated: false, headers: { 'x-served-by': 'web-1' } },
      }),
    )
    expect(outcome.error).not.toHaveProperty('phase')
    expect(logged.at(-1)).toMatchObject({ level: 'error', message: expect.stringContaining('The server answered 503') })
  })

  test('can be one of a list', async () => {
    const site = await answering('', {}, 404)
    expect((await run('http', site.url(), { expect_status: ['200-299', 404] })).outcome.status).toBe('up')
  })
})

describe('a keyword', () => {
  test('must be in the body, or must not', async () => {
    const site = await answering('All systems operational')
    const check = async (settings: object) => (await run('http', site.url(), settings)).outcome
    expect(await check({ keyword: 'operational', not_keyword: 'outage' })).toMatchObject({ status: 'up' })
    const missing = await check({ keyword: 'Operational' })
    expect(missing).toMatchObject(down('keyword_missing', { answer: { body: 'All systems operational' } }))
    expect(missing.error?.message).toBe('The body does not contain "Operational"')
    expect(await check({ not_keyword: 'systems' })).toMatchObject(down('keyword_found'))
  })

  const utf16 = Buffer.from('\ufeffgrün', 'utf16le')
  const latin = Buffer.from('grün', 'latin1')
  const html = '<html><head><meta charset="windows-1251"></head>'
  const charsets: [string, string | Buffer, string, string][] = [
    ['of the header', latin, 'text/plain; charset=ISO-8859-1', 'grün'],
    ['of the header, quoted', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), 'text/html; Charset="shift_jis"', '日本'],
    ['of the byte order mark, before the header', utf16, 'text/plain; charset=utf-8', 'grün'],
    ['of the document', Buffer.concat([Buffer.from(html), Buffer.from([0xcf, 0xf0, 0xe8])]), 'text/html', 'При'],
    [
      'of the XML declaration',
      Buffer.concat([Buffer.from('<?xml version="1.0" encoding="latin1"?>'), latin]),
      '',
      'grün',
    ],
    ['that is usual', 'grün', '', 'grün'],
  ]
  test.each(charsets)('is looked for in the charset %s', async (_name, body, type, keyword) => {
    const site = await answering(body, type ? { 'content-type': type } : {})
    expect((await run('http', site.url(), { keyword })).outcome).toMatchObject({ status: 'up', warnings: [] })
  })

  test('is looked for in UTF-8 if the charset is not known, with a warning', async () => {
    const site = await answering('grün', { 'content-type': 'text/plain; charset=klingon' })
    const { outcome } = await run('http', site.url(), { keyword: 'grün' })
    expect(outcome).toMatchObject({
      status: 'up',
      warnings: [{ code: 'charset_unknown', message: expect.stringContaining('klingon') }],
    })
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('is looked for after %s', async (coding, compress) => {
    const site = await answering(compress(Buffer.from('All good')), { 'content-encoding': coding })
    expect((await run('http', site.url(), { keyword: 'All good' })).outcome).toMatchObject({
      status: 'up',
      details: { bytes: 8 },
    })
  })
})

describe('a body above the limit', () => {
  test('is looked into as far as it was read, with a warning', async () => {
    const site = await answering(`early ${'.'.repeat(1_000)} late`)
    const limit = { body_bytes_max: 100 }
    const { outcome } = await run('http', site.url(), { ...limit, keyword: 'early' })
    expect(outcome).toMatchObject({
      status: 'up',
      details: { bytes: 100, truncated: true },
      warnings: [{ code: 'body_truncated', message: expect.stringContaining('100 bytes') }],
    })
    expect((await run('http', site.url(), { ...limit, keyword: 'late' })).outcome).toMatchObject(
      down('keyword_missing', { warnings: [{ code: 'body_truncated' }], answer: { truncated: true } }),
    )
    expect((await run('http', site.url(), { body_bytes_max: 2_000, keyword: 'late' })).outcome).toMatchObject({
      status: 'up',
      warnings: [],
    })
  })

  test('is not a problem if nothing is looked for', async () => {
    const site = await answering('.'.repeat(1_000))
    expect((await run('http', site.url(), { body_bytes_max: 100 })).outcome).toMatchObject({
      status: 'up',
      warnings: [],
      details: { bytes: 100, truncated: true },
    })
  })

  test('is not inflated further: a bomb is read up to the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024))
    const site = await answering(bomb, { 'content-encoding': 'gzip' })
    const before = process.memoryUsage().rss
    const { outcome } = await run('http', site.url(), { keyword: 'never', body_bytes_max: 1024 * 1024 })
    expect(outcome).toMatchObject(down('keyword_missing', { details: { bytes: 1024 * 1024, truncated: true } }))
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
  })

  test('is not JSON, because it has no end', async () => {
    const site = await answering(JSON.stringify({ status: 'ok', list: Array(1_000).fill(1) }))
    const { outcome } = await run('http', site.url(), { json: { path: '$.status', value: 'ok' }, body_bytes_max: 100 })
    expect(outcome).toMatchObject(down('body_invalid', { error: { message: expect.stringContaining('to its end') } }))
  })
})

describe('JSON', () => {
  const document = {
    status: 'ok',
    count: 7,
    share: '99.5',
    ready: true,
    gone: null,
    tags: ['a', 5],
    deep: {
      items: [
        { name: 'x', up: true },
        { name: 'y', up: false },
      ],
    },
  }
  const passing: [string, string, unknown][] = [
    ['$.status', '==', 'ok'],
    ['$.count', '==', 7],
    ['$.count', '==', '7'],
    ['$.ready', '==', true],
    ['$.ready', '==', 'true'],
    ['$.gone', '==', null],
    ['$.status', '!=', 'degraded'],
    ['$.count', '!=', 8],
    ['$.count', '<', 8],
    ['$.count', '<=', 7],
    ['$.count', '>', 6],
    ['$.count', '>=', '7'],
    ['$.share', '>', 99],
    ['$.status', 'contains', 'o'],
    ['$.tags', 'contains', 'a'],
    ['$.tags', 'contains', 5],
    ['$.gone', 'exists', undefined],
    ['$.other', 'exists', false],
    ['$.deep.items[1].name', '==', 'y'],
    ['$.deep.items[?@.up == false].name', '==', 'y'],
    ['$..name', '==', 'x'],
    ["$['deep']['items'][-1].up", '==', false],
  ]
  test.each(passing)('%s %s %p passes', async (path, op, value) => {
    expect(await jsonCheck(document, { path, op, value })).toMatchObject({ status: 'up' })
  })

  const failing: [string, string, unknown, string][] = [
    ['$.status', '==', 'OK', 'The JSON value at $.status is "ok"; expected == "OK"'],
    ['$.count', '==', '8', 'The JSON value at $.count is 7; expected == "8"'],
    ['$.gone', '==', '', 'The JSON value at $.gone is null; expected == ""'],
    ['$.status', '!=', 'ok', 'The JSON value at $.status is "ok"; expected != "ok"'],
    ['$.count', '<', 7, 'The JSON value at $.count is 7; expected < 7'],
    ['$.count', '<=', 6, 'The JSON value at $.count is 7; expected <= 6'],
    ['$.count', '>', 7, 'The JSON value at $.count is 7; expected > 7'],
    ['$.count', '>=', 8, 'The JSON value at $.count is 7; expected >= 8'],
    ['$.status', '>', 1, 'The JSON value at $.status is "ok"; expected > 1'],
    ['$.ready', '<', 5, 'The JSON value at $.ready is true; expected < 5'],
    ['$.tags', 'contains', '6', 'The JSON value at $.tags is ["a",5]; expected contains "6"'],
    ['$.deep', 'contains', 'items', 'The JSON value at $.deep is {'],
    ['$.other', '!=', 'ok', 'The JSON has nothing at $.other'],
    ['$.other', 'exists', undefined, 'The JSON has nothing at $.other'],
    ['$.status', 'exists', false, 'The JSON has a value at $.status'],
    ['$.constructor', 'exists', undefined, 'The JSON has nothing at $.constructor'],
  ]
  test.each(failing)('%s %s %p fails', async (path, op, value, message) => {
    const outcome = await jsonCheck(document, { path, op, value })
    expect(outcome).toMatchObject(down('json_mismatch', { answer: { body: expect.stringContaining('"status":"ok"') } }))
    expect(outcome.error?.message).toContain(message)
  })

  test('has several rules, of which the first that fails is named', async () => {
    const rules = [
      { path: '$.status', value: 'ok' },
      { path: '$.count', op: '>', value: 10 },
      { path: '$.ready', value: false },
    ]
    expect((await jsonCheck(document, rules)).error?.message).toContain('$.count')
  })

  test('that is long is cut in messages, and a secret is not shown', async () => {
    const long = await jsonCheck({ text: 'x'.repeat(5_000) }, { path: '$.text', value: 'y' })
    expect(long.error?.message.length).toBeLessThan(300)
    const secret = await jsonCheck({ api_key: 'abcdefgh' }, { path: '$.api_key', value: 'ijklmnop' })
    expect(secret.error?.message).toBe('The JSON value at $.api_key is a secret; expected == a secret')
  })

  test.each([
    ['', 'it is empty'],
    ['<html>', 'Unexpected token'],
  ])('that is none is not valid: %p', async (body, why) => {
    const site = await answering(body)
    const { outcome } = await run('http', site.url(), { json: { path: '$.a', value: 1 } })
    expect(outcome).toMatchObject(down('body_invalid', { error: { message: expect.stringContaining(why) } }))
  })

  test('that would take a path too long, or is too deep for it, ends the check', async () => {
    let nested: unknown = 1
    for (let depth = 0; depth < 200; depth++) nested = [nested]
    const slow = await jsonCheck(nested, { path: `$${'[*,*]'.repeat(60)}.x`, op: 'exists' })
    expect(slow).toMatchObject(down('json_mismatch', { error: { message: expect.stringContaining('took more than') } }))
    const evil = { path: "$[?match(@, '(a+)+b')]", op: 'exists' }
    expect(await jsonCheck([`${'a'.repeat(60)}!`], evil)).toMatchObject(down('json_mismatch'))
    expect(await jsonCheck(nested, { path: '$..x', op: 'exists' })).toMatchObject(down('json_mismatch'))
  })
})

describe('a header', () => {
  test('must match with one of its values', async () => {
    const site = await answering('', {
      'cache-control': 'public, max-age=60',
      link: ['</a>', '</b>'],
      'x-town': 'Köln',
    })
    const check = async (name: string, matches: string) =>
      (await run('http', site.url(), { expect_headers: [{ name, matches }] })).outcome
    expect(await check('Cache-Control', 'max-age=\\d+')).toMatchObject({ status: 'up' })
    expect(await check('link', '^</b>$')).toMatchObject({ status: 'up' })
    const wrong = await check('cache-control', '^private')
    expect(wrong).toMatchObject(down('header_mismatch', { answer: { headers: { link: '</a>, </b>' } } }))
    expect(wrong.error?.message).toBe('The header cache-control is "public, max-age=60"; expected a match of ^private')
    expect(await check('etag', '.')).toMatchObject(
      down('header_mismatch', { error: { message: 'The header etag is missing; expected a match of .' } }),
    )
  })
})
