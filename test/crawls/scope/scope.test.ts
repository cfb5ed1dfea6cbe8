import fc from 'fast-check'
import { createScope, type ScopeSettings, URL_LENGTH_MAX } from '../../../src/crawls/scope/scope'
import { readUrl } from '../../../src/crawls/urls/read-url'

const STRIPPED = { stripTracking: true }
const SEED = 'http://www.example.co.uk/docs/guide/index.html'
const LINK = { depth: 1, nofollow: false }

interface Changes {
  seeds?: string[]
  type?: ScopeSettings['scope']['type']
  include?: string[]
  exclude?: string[]
  depth?: number
  obeyRobots?: boolean
}

function scopeOf({
  seeds = [SEED],
  type = 'host',
  include = [],
  exclude = [],
  depth = 20,
  obeyRobots = true,
}: Changes) {
  const settings = {
    seeds,
    scope: { type, include, exclude },
    limits: { depth },
    politeness: { obey_robots: obeyRobots },
  }
  const scope = createScope(settings, STRIPPED)
  const url = (href: string) => readUrl(href, undefined, STRIPPED) ?? raise(href)
  return {
    decide: (href: string, visit = LINK) => scope.decide(url(href), visit),
    redirect: (href: string) => scope.decideRedirect(url(href)),
  }
}

function raise(href: string): never {
  throw new Error(`Not a URL: ${href}`)
}

const accepts = (changes: Changes, href: string) => scopeOf(changes).decide(href).accepted

describe('the type of a scope', () => {
  const links = {
    seed: SEED,
    sibling: 'http://www.example.co.uk/docs/guide/part/page.html?x=1',
    https: 'https://www.example.co.uk/docs/guide/page.html',
    host: 'http://www.example.co.uk/docs/guideline',
    port: 'http://www.example.co.uk:8080/docs/guide/page.html',
    domain: 'http://example.co.uk/',
    subdomain: 'https://a.b.example.co.uk:8443/',
    suffix: 'http://other.co.uk/',
    look: 'http://www.example.co.uk.example.net/docs/guide/',
  }

  test.each([
    ['page', ['seed']],
    ['prefix', ['seed', 'sibling', 'https']],
    ['host', ['seed', 'sibling', 'https', 'host']],
    ['domain', ['seed', 'sibling', 'https', 'host', 'port', 'domain', 'subdomain']],
    ['any', Object.keys(links)],
  ] as const)('%s accepts %j', (type, accepted) => {
    const { decide } = scopeOf({ type })
    const found = Object.entries(links).filter(([, href]) => decide(href).accepted)
    expect(found.map(([name]) => name)).toEqual(accepted)
  })

  test('domain means the registrable domain, whose private suffixes belong to different people', () => {
    expect(accepts({ type: 'domain', seeds: ['http://a.github.io/'] }, 'http://b.github.io/')).toBe(false)
    expect(accepts({ type: 'domain', seeds: ['http://a.github.io/'] }, 'http://x.a.github.io/')).toBe(true)
    expect(accepts({ type: 'domain', seeds: ['http://github.io/'] }, 'http://b.github.io/')).toBe(false)
  })

  test.each(['http://127.0.0.1:8080/', 'http://[::1]:8080/', 'http://localhost:8080/'])(
    'domain means the host for %s, which has no registrable domain',
    seed => {
      const { decide } = scopeOf({ type: 'domain', seeds: [seed] })
      expect(decide(new URL('/other', seed).href).accepted).toBe(true)
      expect(decide(seed.replace('8080', '9090')).accepted).toBe(false)
      expect(decide('http://1.0.0.1:8080/').accepted).toBe(false)
    },
  )

  test('prefix knows other forms of the same path', () => {
    expect(accepts({ type: 'prefix', seeds: ['http://example.org/%7Euser/'] }, 'http://EXAMPLE.org./~user/a')).toBe(
      true,
    )
    expect(accepts({ type: 'prefix', seeds: ['http://example.org/a/?b=/c/d'] }, 'http://example.org/a/b')).toBe(true)
    expect(accepts({ type: 'prefix', seeds: ['http://example.org/a'] }, 'http://example.org/b')).toBe(true)
  })
})

describe('refusals', () => {
  test('of what is out of scope only may be checked', () => {
    expect(scopeOf({}).decide('http://example.net/')).toEqual({
      accepted: false,
      reason: 'out_of_scope',
      explanation: 'It is not on www.example.co.uk, and the scope is "host"',
      isExternal: true,
    })
    const seeds = [
      'http://a.example/',
      'http://b.example/',
      'http://c.example/x',
      'http://c.example/',
      'http://d.example/',
    ]
    expect(scopeOf({ seeds, type: 'prefix' }).decide('http://example.net/')).toMatchObject({
      explanation: 'It is not below a.example/, b.example/, c.example/ or 1 more, and the scope is "prefix"',
    })
  })

  test.each<[string, Changes, string, string, { depth: number; nofollow: boolean }?]>([
    ['excluded', { exclude: ['/x/', '[.]pdf$'] }, '/a.pdf', 'It matches the excluded pattern "[.]pdf$"'],
    ['not_included', { include: ['/docs/'] }, '/a', 'It does not match the included pattern "/docs/"'],
    ['not_included', { include: ['/docs/', '/x'] }, '/a', 'It matches none of the 2 included patterns'],
    [
      'excluded',
      { include: ['/docs/'], exclude: ['/docs/old'] },
      '/docs/old/a',
      'It matches the excluded pattern "/docs/old"',
    ],
    ['depth', { depth: 3 }, '/a', 'It is 4 links away from a seed; the limit is 3', { depth: 4, nofollow: false }],
    ['nofollow', {}, '/a', 'The link, its page or a header of the page says "nofollow"', { depth: 1, nofollow: true }],
    ['trap', {}, '/a/b/a/b/a/b/', 'Its path repeats "a/b/" more than 2 times'],
    ['too_long', {}, `/${'a'.repeat(3_000)}`, `It has 3025 characters; the limit is ${URL_LENGTH_MAX}`],
    [
      'too_long',
      { exclude: ['aaa'] },
      `/${'a'.repeat(3_000)}`,
      `It has 3025 characters; the limit is ${URL_LENGTH_MAX}`,
    ],
  ])('say why: %s', (reason, changes, path, explanation, visit = LINK) => {
    expect(scopeOf(changes).decide(new URL(path, SEED).href, visit)).toEqual({
      accepted: false,
      reason,
      explanation,
      isExternal: false,
    })
  })

  test('of an external link that is deep, or not included, are still for being external', () => {
    const { decide } = scopeOf({ depth: 1, include: ['/docs/'] })
    expect(decide('http://example.net/a', { depth: 2, nofollow: false })).toMatchObject({ isExternal: true })
  })

  test('of an external link that is excluded, or not to be followed, forbid to check it', () => {
    const { decide } = scopeOf({ exclude: ['example[.]net'] })
    expect(decide('http://example.net/a')).toMatchObject({ reason: 'excluded', isExternal: false })
    const visit = { depth: 1, nofollow: true }
    expect(decide('http://example.com/a', visit)).toMatchObject({ reason: 'nofollow', isExternal: false })
  })

  test('for nofollow come only when robots are obeyed', () => {
    const visit = { depth: 1, nofollow: true }
    expect(scopeOf({ obeyRobots: false }).decide('http://www.example.co.uk/a', visit)).toEqual({ accepted: true })
  })
})

test('seeds are accepted whatever patterns, depth and links say', () => {
  const { decide, redirect } = scopeOf({ type: 'page', include: ['/never/'], exclude: ['.'], depth: 0 })
  expect(decide(`${SEED}#part`, { depth: 5, nofollow: true })).toEqual({ accepted: true })
  expect(redirect(SEED)).toEqual({ accepted: true })
})

test('redirects are decided by the address alone', () => {
  const { redirect } = scopeOf({ depth: 0, exclude: ['/private/'] })
  expect(redirect('http://www.example.co.uk/a')).toEqual({ accepted: true })
  expect(redirect('http://example.net/')).toMatchObject({ reason: 'out_of_scope', isExternal: true })
  expect(redirect('http://www.example.co.uk/private/')).toMatchObject({ reason: 'excluded' })
})

test('nothing outside of the site of the seeds is ever accepted', () => {
  const name = fc.constantFrom(
    'example.org',
    'www.example.org',
    'example.org.evil.test',
    'evil.test',
    'notexample.org',
    '127.0.0.1',
  )
  const user = fc.constantFrom('', 'example.org@', 'example.org:80@')
  const path = fc.constantFrom(
    '/',
    '/docs/',
    '/docs/a',
    '/docs',
    '/docs/../x',
    '/%64ocs/a',
    '/\\example.org/docs/',
    '/docs/%2e%2e/x',
  )
  const scheme = fc.constantFrom('http:', 'https:', '')
  const type = fc.constantFrom('prefix' as const, 'host' as const, 'domain' as const)
  fc.assert(
    fc.property(type, scheme, user, name, path, (scopeType, protocol, before, host, rest) => {
      const { decide } = scopeOf({ type: scopeType, seeds: ['http://www.example.org/docs/'] })
      const href = new URL(`${protocol}//${before}${host}${rest}`, 'http://evil.test').href
      if (!decide(href).accepted) return
      const { hostname, pathname } = new URL(href)
      expect(hostname).toMatch(scopeType === 'domain' ? /^(www\.)?example\.org$/ : /^www\.example\.org$/)
      if (scopeType === 'prefix') expect(decodeURI(pathname)).toMatch(/^\/docs\//)
    }),
    { numRuns: 1_000 },
  )
})
