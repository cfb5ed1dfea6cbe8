import {
  checkMatchers,
  compileMatchers,
  formatMatcher,
  isAmbiguous,
  MatcherError,
  parseMatcher,
  parseMatchers,
} from '../../../src/alerts/matching'
import { Problem } from '../../../src/base/errors'
import type { Matcher } from '../../../src/contract/matchers'

const errorOf = (run: () => unknown): unknown => {
  try {
    run()
    return undefined
  } catch (error) {
    return error
  }
}
const matches = (text: string, labels: Record<string, string>) => compileMatchers([parseMatcher(text)])(labels)

test.each<[string, string, Matcher['op'], string]>([
  ['a=b', 'a', '=', 'b'],
  [' a != b ', 'a', '!=', 'b'],
  ['a=~"b.*"', 'a', '=~', 'b.*'],
  ['a!~b', 'a', '!~', 'b'],
  ['a=', 'a', '=', ''],
  ['a=""', 'a', '=', ''],
  ['a=b,c=d', 'a', '=', 'b,c=d'],
  ["a='b'", 'a', '=', "'b'"],
  ['a=`b`', 'a', '=', '`b`'],
  ['a=~~~', 'a', '=~', '~~'],
  ['a==\\\\=\\=\\"', 'a', '=', '=\\=\\="'],
  ['a="b\\"c\\n\\t\\\\"', 'a', '=', 'b"c\n\\t\\'],
  ['a=b\\', 'a', '=', 'b\\'],
  ['a="b\nc"', 'a', '=', 'b\nc'],
  ['a=b}', 'a', '=', 'b}'],
  ['a="\\xf0\\x9f\\x99\\x82"', 'a', '=', '\\xf0\\x9f\\x99\\x82'],
  ['"a b"="c"', 'a b', '=', 'c'],
  ['"a\\"b"=~"c|d"', 'a"b', '=~', 'c|d'],
  ['🙂=1', '🙂', '=', '1'],
  ['name-with-dashes = "bar"', 'name-with-dashes', '=', 'bar'],
  ['"\\u00e9\\x41\\102\\U0001F642"="\\t"', 'éAB🙂', '=', '\t'],
])('reads %j', (text, name, op, value) => {
  expect(parseMatcher(text)).toEqual({ name, op, value })
})

test.each([
  ['foo', 'bad matcher format: foo'],
  ['', 'bad matcher format: '],
  ['{a="b"}', 'bad matcher format: {a="b"}'],
  ['=b', 'bad matcher format: =b'],
  ['""="b"', 'bad matcher format: ""="b"'],
  ['"foo=\\"bar"', 'bad matcher format: "foo=\\"bar"'],
  ['"a"="\\xff"', 'bad matcher format: "a"="\\xff"'],
  ['"a"="\\ud800"', 'bad matcher format: "a"="\\ud800"'],
  ['a="b', 'matcher value contains unescaped double quote: "b'],
  ['a=b"', 'matcher value contains unescaped double quote: b"'],
  ['a = b"c', 'matcher value contains unescaped double quote: b"c'],
  ['a="b\\"', 'matcher value contains unescaped double quote: "b\\"'],
  ['a=~"[b"', 'error parsing regexp: missing closing ]: `[b)$`'],
  ['a!~(', 'error parsing regexp: missing closing ): `^(?:()$`'],
  ['a=~"(?<=b)c"', 'error parsing regexp: invalid named capture: `(?<=b)c)$`'],
  ['a=~"\\1"', 'error parsing regexp: invalid escape sequence: `\\1`'],
])('refuses %j in the words of Alertmanager', (text, message) => {
  const error = errorOf(() => parseMatcher(text))
  expect(error).toBeInstanceOf(MatcherError)
  expect(error).toHaveProperty('message', message)
})

test('reads lists with and without braces, with commas in quotes and at the end', () => {
  const list = [
    { name: 'a', op: '=', value: 'b,"c' },
    { name: 'd', op: '!~', value: 'e' },
  ]
  for (const text of ['{a="b,\\"c",d!~"e"}', 'a="b,\\"c", d!~e', '{ a="b,\\"c" , d!~"e" , }'])
    expect(parseMatchers(text)).toEqual(list)
  expect(parseMatchers('{"a b"="c", d=e}')).toEqual([
    { name: 'a b', op: '=', value: 'c' },
    { name: 'd', op: '=', value: 'e' },
  ])
  expect(parseMatchers('{}')).toEqual([])
  for (const text of ['{,}', 'a=b,,c=d', '{{a="b"}', '"a b"="c" d="e"', '{"a b"="c"'])
    expect(errorOf(() => parseMatchers(text))).toBeInstanceOf(MatcherError)
})

test('reports texts that a newer Alertmanager reads differently', () => {
  expect(isAmbiguous('a="\\xf0\\x9f\\x99\\x82"')).toBe(true)
  expect(isAmbiguous('a="b"')).toBe(false)
  expect(isAmbiguous("a='b'")).toBe(false)
})

test.each<[Matcher, string]>([
  [{ name: 'a', op: '=', value: 'b"\\\n' }, 'a="b\\"\\\\\\n"'],
  [{ name: '🙂', op: '!=', value: '' }, '🙂!=""'],
  [{ name: 'a b', op: '=~', value: 'c"\x01' }, '"a b"=~"c\\"\\u0001"'],
  [{ name: '"', op: '!~', value: '\\d' }, '"\\""!~"\\\\d"'],
])('writes %j so that it is read again', (matcher, text) => {
  expect(formatMatcher(matcher)).toBe(text)
  expect(parseMatcher(text)).toEqual(matcher)
})

test('a missing label equals the empty value, also where objects have a property of that name', () => {
  expect(matches('zz!~".*"', { a: 'b' })).toBe(false)
  expect(matches('zz!~".+"', { a: 'b' })).toBe(true)
  expect(matches('zz!=x', { a: 'b' })).toBe(true)
  expect(matches('zz=""', { a: 'b' })).toBe(true)
  expect(matches('constructor=""', {})).toBe(true)
  expect(matches('__proto__=~".+"', {})).toBe(false)
  expect(matches('a=""', { a: '' })).toBe(true)
})

test('regular expressions match the whole value, and a dot no line feed', () => {
  expect(matches('a=~b', { a: 'bc' })).toBe(false)
  expect(matches('a=~"b|c"', { a: 'c' })).toBe(true)
  expect(matches('a=~"web-?1"', { a: 'web1' })).toBe(true)
  expect(matches('a=~"web-{2}1"', { a: 'web--1' })).toBe(true)
  expect(matches('a=~"web.1|db"', { a: 'db' })).toBe(true)
  expect(matches('a=~"web-.*"', { a: 'web-1\n' })).toBe(false)
  expect(matches('a=~"(?i)WEB"', { a: 'web' })).toBe(true)
  expect(matches('a=~"."', { a: '🙂' })).toBe(true)
  expect(matches('a!~"b.*"', { a: 'bc' })).toBe(false)
})

test('nested repetition takes linear time, and very large patterns are refused', () => {
  expect(matches('a=~"(x+x+)+y"', { a: 'x'.repeat(30_000) })).toBe(false)
  for (const pattern of ['x{1000}'.repeat(5), '(abc[]}d]{10}){900}', '((a{100}){9}\\p{L}){9}'])
    expect(errorOf(() => parseMatcher(`a=~${pattern}`))).toHaveProperty(
      'message',
      `error parsing regexp: expression too large: \`${pattern}\``,
    )
  expect(matches('a=~"\\\\d{1,3}(\\\\.\\\\d{1,3}){3}"', { a: '10.0.0.1' })).toBe(true)
})

test('what mutes must have a matcher that the empty value does not match', () => {
  const pathsOf = (matchers: Matcher[]) => {
    const error = errorOf(() => checkMatchers(matchers, 'body.matchers'))
    return error instanceof Problem ? error.errors.map(({ path }) => path) : error
  }
  expect(pathsOf([])).toEqual(['body.matchers'])
  expect(pathsOf([{ name: 'a', op: '=~', value: '.*' }])).toEqual(['body.matchers'])
  expect(pathsOf([{ name: 'a', op: '=', value: '' }])).toEqual(['body.matchers'])
  expect(pathsOf([{ name: 'a', op: '!=', value: 'b' }])).toBeUndefined()
  expect(pathsOf([{ name: 'a', op: '!=', value: '' }])).toBeUndefined()
  const bad: Matcher[] = [
    { name: 'a', op: '=', value: 'b' },
    { name: 'a', op: '=~', value: '(' },
    { name: '\ud800', op: '=', value: 'b' },
  ]
  expect(pathsOf(bad)).toEqual(['body.matchers.1.value', 'body.matchers.2.name'])
})
