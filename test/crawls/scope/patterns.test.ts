import { patternFaults, patternsOf } from '../../../src/crawls/scope/patterns'

test('faults name the pattern and say what is wrong with it', () => {
  expect(patternFaults({ include: ['ok', '(a'], exclude: ['(?=a)', '/b/'] })).toEqual([
    {
      path: 'scope.include.1',
      message: 'must be a regular expression of RE2: error parsing regexp: missing closing ): `(a`',
    },
    {
      path: 'scope.exclude.0',
      message: 'must be a regular expression of RE2: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
    },
  ])
  expect(patternFaults({ include: [], exclude: [] })).toEqual([])
})

test('patterns match anywhere', () => {
  const [pattern] = patternsOf(['[.]pdf$'])
  expect(pattern?.test('http://example.org/a.pdf')).toBe(true)
  expect(pattern?.test('http://example.org/a.pdf?x')).toBe(false)
})
