import { readRelaxedJson } from '../../src/fleet/schedules/relaxed-json'
import { RELAXED_PACK } from './packs'

const plain = (text: string) => {
  const read = readRelaxedJson(text)
  if ('message' in read) throw new Error(`${read.line}: ${read.message}`)
  return read.value
}

test.each([
  ['{"a": 1}', { a: 1 }],
  ['\ufeff{"a": 1}\r\n', { a: 1 }],
  ['# comment\n  // another\n{"a": 1}', { a: 1 }],
  ['{\n# "a": 2,\n"a": 1\n}', { a: 1 }],
  ['{"a": "one \\\n  two"}', { a: 'one   two' }],
  ['{"a": "one \\\r\n  two"}', { a: 'one   two' }],
  ['{"a": "# no comment // here"}', { a: '# no comment // here' }],
  ['{"a": [1, 2,], }', { a: [1, 2] }],
  ['{"a": 1 /* yes */ } // end', { a: 1 }],
  ['{"a": 1}}}', { a: 1 }],
  ['{"a": 1} and so on\n"\\', { a: 1 }],
  ['{"a": 1}{"a": 2}', { a: 1 }],
  ['{"__proto__": 1, "constructor": {}}', JSON.parse('{"__proto__": 1, "constructor": {}}')],
  ['{"a": null, "b": true, "c": -1.5e3, "d": "\\u00e9\\n"}', { a: null, b: true, c: -1500, d: 'é\n' }],
])('%j is accepted', (text, value) => {
  expect(plain(text)).toEqual(value)
})

test.each([
  ['', 1],
  ['{"a": 1', 1],
  ['{\n"a": {"b": 1}\n', 3],
  ['{\n"a": "no end\n}', 2],
  ['{\n"a": 1\n"b": 2\n}', 3],
  ['{\n"a": "one \\\n two",\n"b": wrong\n}', 4],
  ['# only\n# comments', 2],
])('%j is refused with its line', (text, line) => {
  const read = readRelaxedJson(text)
  expect(read).toMatchObject({ line, message: expect.stringMatching(/^This is not JSON: /) })
})

test('faults name lines of the original text', () => {
  const read = readRelaxedJson(RELAXED_PACK)
  if ('message' in read) throw new Error(read.message)
  const lineOf = (start: string) => RELAXED_PACK.split('\n').findIndex(line => line.trim().startsWith(start)) + 1
  expect(read.lineOf(['queries', 'users', 'interval'])).toBe(lineOf('"interval": "3600"'))
  expect(read.lineOf(['queries', 'up', 'interval'])).toBe(lineOf('"up"'))
  expect(read.lineOf(['queries', 'up', 'nothing'])).toBe(lineOf('"up"'))
  expect(read.lineOf([])).toBe(3)
})

test('nesting that is too deep is a fault with its line, not a stack overflow', () => {
  const nested = (levels: number) => `{"queries":\n${'['.repeat(levels)}${']'.repeat(levels)}}`
  expect(readRelaxedJson(nested(20_000))).toEqual({ line: 2, message: expect.stringContaining('100') })
  expect(readRelaxedJson(nested(99))).toMatchObject({ value: { queries: expect.any(Array) } })
})
