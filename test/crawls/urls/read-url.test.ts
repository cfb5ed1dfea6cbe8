import fc from 'fast-check'
import { canonicalOf } from '../../../src/crawls/urls/canonical'
import { readUrl } from '../../../src/crawls/urls/read-url'
import { urlFrom } from '../../../text/url'

const STRIPPED = { stripTracking: true }
const read = (href: string, base?: string) => readUrl(href, base, STRIPPED)
const keyOf = (href: string) => read(href)?.key

describe('links', () => {
  const BASE = 'http://example.org/docs/guide/page.html?chapter=1#part'

  test.each([
    ['other.html', 'http://example.org/docs/guide/other.html'],
    ['../index.html', 'http://example.org/docs/index.html'],
    ['../../../../top', 'http://example.org/top'],
    ['/root', 'http://example.org/root'],
    ['//cdn.example.net/a', 'http://cdn.example.net/a'],
    ['https://example.net', 'https://example.net/'],
    ['HTTPS://EXAMPLE.NET:443/A', 'https://example.net/A'],
    ['?chapter=2', 'http://example.org/docs/guide/page.html?chapter=2'],
    ['#other', 'http://example.org/docs/guide/page.html?chapter=1'],
    ['', 'http://example.org/docs/guide/page.html?chapter=1'],
    ['  spaced.html\n', 'http://example.org/docs/guide/spaced.html'],
    ['bro\nken.html', 'http://example.org/docs/guide/broken.html'],
    ['http:same-scheme.html', 'http://example.org/docs/guide/same-scheme.html'],
    ['http:?q', 'http://example.org/docs/guide/page.html?q'],
    ['\\back\\slash', 'http://example.org/back/slash'],
    ['a b.html', 'http://example.org/docs/guide/a%20b.html'],
    ['grün.html', 'http://example.org/docs/guide/gr%C3%BCn.html'],
    ['http://münchen.example/', 'http://xn--mnchen-3ya.example/'],
    ['page#', 'http://example.org/docs/guide/page'],
    ['http://user:secret@example.org/private', 'http://example.org/private'],
    ['http://2130706433/', 'http://127.0.0.1/'],
  ])('%j is read by the WHATWG URL standard', (href, expected) => {
    expect(read(href, BASE)?.href).toBe(expected)
    expect(read(href, BASE)?.href).toBe(expected) // from the cache
  })

  test.each([
    'mailto:a@example.org',
    'javascript:void(0)',
    'data:text/html,x',
    'ftp://example.org/',
    'http://',
    'http://a b/',
    'http://[::1',
    'http:///',
  ])('%j leads to no page', href => expect(read(href, 'about:blank')).toBeUndefined())

  test('need a base, unless they are absolute', () => {
    expect(read('page.html')).toBeUndefined()
    expect(read('page.html', 'no base')).toBeUndefined()
  })

  test('may be of any length up to that which servers take', () => {
    expect(read(`http://example.org/${'a'.repeat(5_000)}`)?.href).toHaveLength(5_019)
    expect(read(`http://example.org/${'a'.repeat(20_000)}`)).toBeUndefined()
  })

  test('are the same whether or not they have been read before, and whatever base was', () => {
    const segment = fc.constantFrom('a', 'b', '..', '.', '%2e', 'c d', 'ü', '\\', '')
    const path = fc.array(segment, { maxLength: 4 }).map(segments => segments.join('/'))
    const suffix = fc.constantFrom('', '?', '?x=1', '#y', '?a/b', '#a/b')
    const base = fc
      .tuple(fc.constantFrom('http://example.org', 'https://example.org:8443', 'http://example.org\\x'), path, suffix)
      .map(([origin, rest, end]) => `${origin}/${rest}${end}`)
    const href = fc
      .tuple(fc.constantFrom('', '/', '//example.net/', 'http:', 'https:', '\t'), path, suffix)
      .map(parts => parts.join(''))
    fc.assert(
      fc.property(fc.array(fc.tuple(href, base), { minLength: 1, maxLength: 8 }), links => {
        for (const [link, from] of links) {
          const expected = urlFrom(link, from)
          if (expected) expected.hash = ''
          expect(read(link, from)?.href).toBe(expected?.href)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('keys', () => {
  test.each([
    ['HTTP://Example.ORG:80/a', 'http://example.org/a'],
    ['http://example.org/a/./b/../c', 'http://example.org/a/c'],
    ['http://example.org/%7Euser', 'http://example.org/~user'],
    ['http://example.org/%e2%82%ac', 'http://example.org/€'],
    ['http://example.org/a?', 'http://example.org/a'],
    ['http://example.org/a#part', 'http://example.org/a'],
    ['http://example.org./a', 'http://example.org/a'],
    ['http://example.org/a?utm_source=x&b=1&UTM_Medium=y', 'http://example.org/a?b=1'],
    ['http://example.org/a?gclid=1', 'http://example.org/a'],
    ['http://example.org/a;jsessionid=0A1B?b=1', 'http://example.org/a?b=1'],
    ['http://user@example.org/a', 'http://example.org/a'],
  ])('%j is the same as %j', (one, other) => {
    expect(keyOf(one)).toBe(keyOf(other))
  })

  test.each([
    ['http://example.org/a', 'https://example.org/a'],
    ['http://example.org/a', 'http://example.org/a/'],
    ['http://example.org/a', 'http://example.org/A'],
    ['http://example.org/?a=1&b=2', 'http://example.org/?b=2&a=1'],
    ['http://example.org/a%2Fb', 'http://example.org/a/b'],
    ['http://example.org/?a=%26', 'http://example.org/?a=&'],
    ['http://example.org/?a', 'http://example.org/?a='],
    ['http://example.org/', 'http://example.org:8080/'],
    ['http://example.org/', 'http://www.example.org/'],
  ])('%j is not the same as %j', (one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other))
  })

  test('are signed 64-bit numbers', () => {
    const keys = Array.from({ length: 100 }, (_, i) => keyOf(`http://example.org/${i}`) as string)
    expect(keys.filter(key => BigInt.asIntN(64, BigInt(key)).toString() !== key)).toEqual([])
    expect(keys.filter(key => key.startsWith('-')).length).toBeGreaterThan(10)
    // of sha1sum: pages of earlier crawls must be found again
    expect(keyOf('http://example.org/')).toBe('-4902789765573706006')
  })

  test('take parameters that track into account if asked to', () => {
    const exact = (href: string) => readUrl(href, undefined, { stripTracking: false })?.key
    expect(exact('http://example.org/?utm_source=x')).not.toBe(exact('http://example.org/'))
    expect(read('http://example.org/?utm_source=x')?.href).toBe('http://example.org/?utm_source=x')
  })

  test('stay the same when the canonical form is made canonical', () => {
    const part = fc.constantFrom(
      '%',
      '%4',
      '%34',
      '%31',
      '%2e',
      '%2F',
      '%7e',
      'a',
      '/',
      '..',
      '?',
      '&',
      '=',
      'utm_a',
      '#',
      'ü',
      ';',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), parts => {
        const once = canonicalOf(new URL(`http://example.org/${parts.join('')}`), true)
        expect(canonicalOf(new URL(once), true)).toBe(once)
      }),
      { numRuns: 2_000 },
    )
  })
})

test.each([
  ['http://example.org/', 'example.org'],
  ['https://example.org:443/', 'example.org'],
  ['http://EXAMPLE.org.:8080/', 'example.org:8080'],
  ['http://[::1]:80/', '[::1]'],
])('the host of %j is %j', (href, host) => expect(read(href)?.host).toBe(host))
