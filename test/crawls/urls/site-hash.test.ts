import { siteHash } from '../../../src/crawls/urls/site-hash'

const SCOPE = { type: 'host' as const, include: ['/a/', '/b/'], exclude: [] }

test('crawls of the same seeds and scope are of the same site, in whatever order and form', () => {
  const hash = siteHash(['http://example.org/', 'http://example.net/a'], SCOPE)
  expect(siteHash(['http://example.net/%61', 'http://EXAMPLE.org'], { ...SCOPE, include: ['/b/', '/a/'] })).toBe(hash)
  expect(hash).toMatch(/^[0-9a-f]{32}$/)
})

test('other seeds or another scope make another site', () => {
  const hashes = [
    siteHash(['http://example.org/'], SCOPE),
    siteHash(['http://example.net/'], SCOPE),
    siteHash(['http://example.org/'], { ...SCOPE, type: 'domain' }),
    siteHash(['http://example.org/'], { ...SCOPE, include: [] }),
    siteHash(['http://example.org/'], { ...SCOPE, include: [], exclude: ['/a/', '/b/'] }),
  ]
  expect(new Set(hashes).size).toBe(hashes.length)
})
