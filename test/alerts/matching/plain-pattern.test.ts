import fc from 'fast-check'
import { RE2JS } from 're2js'
import { compileMatchers, parseMatcher } from '../../../src/alerts/matching'
import { plainPattern } from '../../../src/alerts/matching/plain-pattern'

const pieces = ['a', 'b', '.', '.*', '.+', '\\.', '|', '-', '\\-', 'a?', 'b*', '(', ')', '(?:', 'é', '\\d', '"', ',']
const pattern = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map(parts => parts.join(''))
const value = fc.array(fc.constantFrom('a', 'b', '.', '-', '"', ',', '1', '🙂', '\n'), { maxLength: 6 })

test('a plain pattern matches what the regular expression matches', () => {
  fc.assert(
    fc.property(pattern, value, (source, chars) => {
      fc.pre(isPattern(source))
      const holds = compileMatchers([{ name: 'a', op: '=~', value: source }])
      const text = chars.join('')
      expect(holds({ a: text })).toBe(RE2JS.compile(`^(?:${source})$`).test(text))
    }),
    { numRuns: 2_000 },
  )
})

function isPattern(source: string): boolean {
  try {
    RE2JS.compile(source)
    return true
  } catch {
    return false
  }
}

test.each([
  ['web-1|web-2', ['web-1', 'web-2']],
  ['(web-1|web\\.2)', ['web-1', 'web.2']],
  ['a|', ['a', '']],
  ['a\\|', ['a|']],
  ['', ['']],
  ['web.1', undefined],
])('the list %j is known by its values', (source, values) => {
  expect(plainPattern(source)?.values).toEqual(values)
})

test.each(['a?', 'a{2}', '[ab]', '\\d', '(?i)a', '(a)|(b)', 'a**', '^a', '\\', '\\é'])('%j is not plain', source => {
  expect(plainPattern(source)).toBeUndefined()
})

test('what is no pattern is refused although it looks plain', () => {
  for (const text of ['a=~"a**"', 'a=~")"', 'a=~"(a|b"', 'a=~"(?:a|b))"']) expect(() => parseMatcher(text)).toThrow()
})
