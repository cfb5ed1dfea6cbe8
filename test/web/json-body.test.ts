import fc from 'fast-check'
import { endpoint, ok } from '../../src/api'
import { z } from '../../src/base/parse'
import { parseJsonBody } from '../../src/web/json-body'
import { type Site, startSite } from './site'

const anything = z.looseObject({ headers: z.record(z.string(), z.string()).optional() })
const echo = endpoint(
  {
    method: 'post',
    path: '/api/echo',
    role: 'viewer',
    summary: 'Returns its body.',
    body: anything,
    replies: { 200: anything },
  },
  async ({ body }) => ok(body),
)

let site: Site
beforeAll(async () => {
  site = await startSite({ endpoints: () => [echo] })
})
afterAll(() => site.stop())

async function post(body: string | Buffer) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${site.adminToken}` }
  const answer = await fetch(`${site.url}/api/echo`, { method: 'POST', headers, body: body as string })
  // biome-ignore lint/suspicious/noExplicitAny: the echoed value or a problem
  return { status: answer.status, body: (await answer.json()) as any }
}
const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`

test.each([
  ['bytes that are not UTF-8', Buffer.from('{"a":"M\xfcller"}', 'latin1'), 'body'],
  ['half of a character at the end of a text', Buffer.from([...Buffer.from('{"a":"'), 0xc3, 0x22, 0x7d]), 'body'],
  ['a text with a lone surrogate', '{"a":["x","\\ud800"]}', 'body.a.1'],
  ['a text with NUL', '{"a":{"b":"x\\u0000"}}', 'body.a.b'],
  ['a name with NUL', '{"a":{"b\\u0000":1}}', 'body.a.b\0'],
  ['__proto__ as a name', '{"headers":{"__proto__":"x"}}', 'body.headers.__proto__'],
  ['__proto__ written with escapes, at the top', '{"\\u005f_proto__":{}}', 'body.__proto__'],
  ['a repeated name', '{"a":[{"b":1},{"c":1,"d":{"x":":"},"c":2}]}', 'body.a.c'],
  ['the same, once with an escape', '{"ab":1,"\\u0061b":1}', 'body.ab'],
  ['too many levels', nested(101), 'body'],
  ['very many levels', nested(30_000), 'body'],
  ['levels that are never closed', `{"a":${'['.repeat(60_000)}`, 'body'],
])('%s: 400 with the path', async (_what, text, path) => {
  const { status, body } = await post(text)
  expect([status, body.errors.map((fault: { path: string }) => fault.path)]).toEqual([400, [path]])
  expect(JSON.stringify(body).length).toBeLessThan(1_000)
})

test('up to ten paths are listed', async () => {
  const { body } = await post(JSON.stringify({ a: '\0', b: '\0' }))
  expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['body.a', 'body.b'])
  expect((await post(JSON.stringify({ a: Array(50).fill('\0') }))).body.errors).toHaveLength(10)
})

test('names with a meaning in JavaScript are ordinary names, and a BOM is ignored', async () => {
  const given = { headers: { constructor: 'a', prototype: 'b', toString: 'c', hasOwnProperty: 'd' }, constructor: {} }
  expect(await post(`\ufeff${JSON.stringify(given)}`)).toEqual({ status: 200, body: given })
  expect((await post(nested(100))).status).toBe(200)
})

test('any other JSON is parsed as by JSON.parse', () => {
  const text = fc.string({ unit: 'grapheme' }).filter(each => !each.includes('\0') && each !== '__proto__')
  const value = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'{}[]",:\\ü') }),
    fc.double({ noNaN: true }),
    fc.boolean(),
  )
  const objects = fc.object({ key: text, values: [value], maxDepth: 4 })
  fc.assert(
    fc.property(objects, fc.nat(3), (object, spaces) => {
      const json = JSON.stringify(object, null, spaces)
      expect(parseJsonBody(Buffer.from(json))).toEqual({ value: JSON.parse(json), faults: [] })
    }),
    { numRuns: 500 },
  )
})
