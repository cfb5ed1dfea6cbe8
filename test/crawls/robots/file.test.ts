import fc from 'fast-check'
import { BYTES_MAX, parseRobots } from '../../../src/crawls/robots/parse-robots'
import { productToken } from '../../../src/crawls/robots/product-token'

const robots = (text: string, token = 'Foo') => parseRobots(text, token)
const home = 'https://example.org'

describe('the delay', () => {
  test.each<[name: string, text: string, seconds: number | null]>([
    ['a whole number', 'User-agent: *\nCrawl-delay: 5', 5],
    ['a decimal', 'User-agent: *\nCrawl-delay: 0.25', 0.25],
    ['a decimal without a zero', 'User-agent: *\nCrawl-delay: .5', 0.5],
    ['none', 'User-agent: *\nCrawl-delay: 0', 0],
    ['the first of a group', 'User-agent: *\nCrawl-delay: 1\nCrawl-delay: 2', 1],
    ['the first that is a number', 'User-agent: *\nCrawl-delay: soon\nCrawl-delay: 2', 2],
    ['the first of merged groups', 'User-agent: Foo\nDisallow: /\nUser-agent: Foo\nCrawl-delay: 3', 3],
    ['after rules', 'User-agent: Foo\nDisallow: /\nCrawl-delay: 3', 3],
    ['of another crawler', 'User-agent: Bar\nCrawl-delay: 5', null],
    ['of everyone, with an own group', 'User-agent: *\nCrawl-delay: 5\nDisallow: /\nUser-agent: Foo\nDisallow:', null],
    ['before any group', 'Crawl-delay: 5\nUser-agent: *\nDisallow: /', null],
    ['a negative number', 'User-agent: *\nCrawl-delay: -5', null],
    ['with a unit', 'User-agent: *\nCrawl-delay: 5s', null],
    ['an exponent', 'User-agent: *\nCrawl-delay: 1e9', null],
    ['infinite', 'User-agent: *\nCrawl-delay: Infinity', null],
    ['missing', 'User-agent: *\nCrawl-delay:', null],
  ])('%s', (_name, text, seconds) => {
    expect(robots(text).crawlDelaySeconds).toBe(seconds)
  })
})

test('sitemaps may stand anywhere, once each, and belong to no group', () => {
  const text = `Sitemap: ${home}/a.xml\nUser-agent: Bar\nSitemap: ${home}/b.xml?c=d:e\nDisallow: /\nSITEMAP ${home}/C.xml\nsite-map: ${home}/a.xml`
  expect(robots(text).sitemaps).toEqual([`${home}/a.xml`, `${home}/b.xml?c=d:e`, `${home}/C.xml`])
  expect(robots('Sitemap: /a.xml\nSitemap: ftp://a/b\nSitemap: https://[').sitemaps).toEqual([])
})

test('the groups that apply are named as written', () => {
  const text =
    'User-agent: foo/2\nUser-agent: Bar\nDisallow: /a\nUser-agent: *\nDisallow:\nUser-agent: FOO\nDisallow: /'
  expect(robots(text).agents).toEqual(['foo/2', 'FOO'])
  expect(robots(text, 'Other').agents).toEqual(['*'])
  expect(robots('User-agent: Bar\nDisallow: /').agents).toEqual([])
})

test('lines that do not mean what they say are listed with the reason', () => {
  const text = [
    'Disallow: /early',
    'User-agent: Foo/1.0',
    'User-agent: 42',
    'Disallow /x',
    'Disalow: /y',
    'Disallow: z',
    'Crawl-delay: fast',
    'Crawl-delay: 1',
    'Crawl-delay: 2',
    'Sitemap: /s.xml',
    'Noindex: /n',
    'nonsense, really',
    ': /',
    '# a comment',
    'Disallow:',
  ]
  const { problems } = robots(text.join('\n'))
  expect(problems.map(({ line, message }) => `${line} ${message}`)).toEqual([
    '1 It is ignored: it comes before the first "User-agent" line.',
    '2 Only "Foo" counts: names have letters, "-" and "_".',
    '3 It names no crawler: a name has letters, "-" and "_", or is "*".',
    '4 The colon is missing.',
    '5 It is read as "disallow".',
    '6 It matches nothing: a path begins with "/" or "*".',
    '7 The delay must be a number of seconds.',
    '9 Only the first delay of a group counts.',
    '10 A sitemap must be given by its whole address, with http:// or https://.',
    '11 Crawlers that follow RFC 9309 do not know this line.',
    '12 It is no "name: value".',
    '13 The name before the colon is missing.',
  ])
  expect(problems[3]).toMatchObject({ line: 4, text: 'Disallow /x' })
})

test('of thousands of problems, the first are listed', () => {
  const { problems } = robots('nonsense\n'.repeat(10_000))
  expect(problems).toHaveLength(201)
  expect(problems.at(-1)).toMatchObject({
    line: 201,
    message: '9800 more problems, from this line on, are not listed.',
  })
})

describe('only the first 500 KiB count', () => {
  const head = 'User-agent: *\nDisallow: /a\n'
  /** Up to the cap, but for some bytes. */
  const filled = (left: number) => head.padEnd(BYTES_MAX - left - 1, '#').concat('\n')

  test.each<[name: string, text: string, path: string, allowed: boolean]>([
    ['a rule that ends at the cap', `${filled(12)}Disallow: /b`, '/b', false],
    ['a rule before the cap, in a longer file', `${filled(13)}Disallow: /b\n# more`, '/b', false],
    ['a rule whose line ends right after the cap', `${filled(12)}Disallow: /b\n# more`, '/b', false],
    ['a rule that the cap cuts is no shorter rule', `${filled(12)}Disallow: /bcd`, '/bx', true],
    ['nor does it count as a whole', `${filled(12)}Disallow: /bcd`, '/bcd', true],
    ['a rule after the cap', `${filled(0)}Disallow: /b`, '/b', true],
    ['with CR only', `${filled(13).replaceAll('\n', '\r')}Disallow: /b\rDisallow: /c`, '/b', false],
    ['a rule at the beginning', `${filled(0)}Disallow: /b`, '/a', false],
    ['a single line', `User-agent: *${' '.repeat(BYTES_MAX)}`, '/a', true],
  ])('%s', (_name, text, path, allowed) => {
    expect(robots(text).decide(home + path).allowed).toBe(allowed)
  })

  test('which is said', () => {
    expect(robots(`${filled(0)}Disallow: /b`).problems).toEqual([
      { line: 4, text: '', message: 'This line and all after it are ignored: only the first 500 KiB are read.' },
    ])
    expect(robots(filled(0)).problems).toEqual([])
  })
})

test('of rules with wildcards, the first 2,000 are applied', () => {
  const rules = Array.from({ length: 2_003 }, (_, index) => `Disallow: /*/${index}$\n`)
  const { decide, problems } = robots(`User-agent: *\n${rules.join('')}Disallow: /plain`)
  expect(['/a/0', '/a/1999', '/plain', '/a/2000'].map(path => decide(home + path).allowed)).toEqual([
    ...[false, false, false],
    true,
  ])
  expect(problems).toEqual([
    {
      line: 2_002,
      text: 'Disallow: /*/2000$',
      message: 'This rule and 2 after it are ignored: only 2000 rules with "*" are applied.',
    },
  ])
})

test('the product token is the first word of a user agent', () => {
  const agents = ['Foo/1.0 (+https://foo.example)', 'Foo', ' foo_bar-X y', 'Mozilla/5.0', '4chan', '', '*']
  expect(agents.map(productToken)).toEqual(['Foo', 'Foo', 'foo_bar-X', 'Mozilla', '', '', ''])
})

test('any text can be read, and never forbids robots.txt', () => {
  const word = fc.constantFrom(
    'user-agent',
    'Disallow',
    'Allow',
    ': ',
    '*',
    '$',
    '/',
    '%',
    '%2a',
    'ü',
    '\r',
    '\n',
    '#',
    '\ud800',
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 60 }), fc.array(word, { maxLength: 10 }), (words, path) => {
      const { decide } = robots(words.join(''))
      expect(decide(`${home}/robots.txt`).allowed).toBe(true)
      const { allowed, rule } = decide(`${home}/${path.join('')}`)
      expect(allowed || rule !== null).toBe(true)
    }),
  )
})

test('a pattern matches what a regular expression made from it matches', () => {
  const pattern = fc.array(fc.constantFrom('a', 'b', '*', '/'), { maxLength: 8 }).map(parts => `/${parts.join('')}`)
  const path = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 10 }).map(parts => `/${parts.join('')}`)
  fc.assert(
    fc.property(pattern, fc.boolean(), path, (given, toEnd, asked) => {
      const { allowed } = robots(`User-agent: *\nDisallow: ${given}${toEnd ? '$' : ''}`).decide(home + asked)
      const expected = new RegExp(`^${given.replaceAll('*', '.*')}${toEnd ? '$' : ''}`)
      expect(allowed).toBe(!expected.test(asked))
    }),
    { numRuns: 500 },
  )
})
