import { validateHeaderValue } from 'node:http'
import fc from 'fast-check'
import { createCookies } from '../../src/base/cookies'
import { closeSites, httpSite } from '../support/sites'
import { check } from './check'

afterEach(closeSites)

/** The Cookie header sent to `to` after a response from `from` set the cookies. */
function sent(from: string, to: string, ...headers: string[]) {
  const cookies = createCookies()
  cookies.keep(new URL(from), headers)
  return cookies.header(new URL(to))
}

// Expected results are those of Chromium 156, with a redirect from /d/a to /d/b.
describe('a cookie of http://www.shop.test/d/a', () => {
  test.each([
    ['plain=1', 'plain=1'],
    ['elsewhere=1; Path=/other', undefined],
    ['here=1; Path=/d', 'here=1'],
    ['relative=1; Path=d', 'relative=1'],
    ['secure=1; Secure', undefined],
    ['__Secure-a=1; Secure', undefined],
    ['__Host-a=1; Path=/', undefined],
    ['__host-a=1; Path=/', undefined],
    ['__Http-a=1; HttpOnly', undefined],
    ['none=1; SameSite=None', undefined],
    ['parted=1; Partitioned', undefined],
    [`long=1; Path=/${'p'.repeat(1_024)}`, 'long=1'],
    ['lax=1; SameSite=Lax', 'lax=1'],
    ['strict=1; SameSite=Strict', 'strict=1'],
    ['http=1; HttpOnly', 'http=1'],
    ['zero=1; Max-Age=0', undefined],
    ['negative=1; Max-Age=-1', undefined],
    ['empty=1; Max-Age=', 'empty=1'],
    ['words=1; Max-Age=abc', 'words=1'],
    ['old=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT', undefined],
    ['vague=1; Expires=foo', 'vague=1'],
    ['both=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'both=1'],
    ['foreign=1; Domain=example.com', undefined],
    ['own=1; Domain=www.shop.test', 'own=1'],
    ['above=1; Domain=.shop.test', 'above=1'],
    ['any=1; Domain=', 'any=1'],
    ['nameless', 'nameless'],
    ['=noname', 'noname'],
    ['quoted="a b"', 'quoted="a b"'],
    ['nothing=', 'nothing='],
    ['equal==b', 'equal==b'],
    ['comma=a,b', 'comma=a,b'],
    ['latin=\xe9', 'latin=\xe9'],
    ['', undefined],
    ['; Path=/', undefined],
    [`big=${'x'.repeat(4_093)}`, undefined],
  ])('%s', (header, expected) => {
    expect(sent('http://www.shop.test/d/a', 'http://www.shop.test/d/b', header)).toBe(expected)
  })
})

test.each([
  ['https://www.shop.test/', '__Host-a=1; Secure; Path=/', '__Host-a=1'],
  ['https://www.shop.test/', '__Host-a=1; Secure; Path=/; Domain=shop.test', undefined],
  ['https://www.shop.test/', '__Secure-a=1; Secure', '__Secure-a=1'],
  ['https://www.shop.test/', '__Secure-a=1', undefined],
  ['https://www.shop.test/', '__SECURE-a=1', undefined],
  ['https://www.shop.test/', '__HOST-a=1; Secure', undefined],
  ['https://www.shop.test/', '__HOST-a=1; Secure; Path=/', '__HOST-a=1'],
  ['https://www.shop.test/', '__Http-a=1; Secure', undefined],
  ['https://www.shop.test/', '__Http-a=1; Secure; HttpOnly', '__Http-a=1'],
  ['https://www.shop.test/', '__Host-Http-a=1; Secure; HttpOnly; Domain=shop.test; Path=/', undefined],
  ['https://www.shop.test/', '__Host-Http-a=1; Secure; HttpOnly; Path=/', '__Host-Http-a=1'],
  ['https://www.shop.test/', 'parted=1; Partitioned; Secure', 'parted=1'],
  ['https://www.shop.test/', 'none=1; SameSite=None; Secure', 'none=1'],
  ['http://localhost/', 'secure=1; Secure', 'secure=1'],
  ['http://127.0.0.1/', 'secure=1; Secure', 'secure=1'],
  ['http://127.0.0.1/', 'address=1; Domain=127.0.0.1', 'address=1'],
  ['https://a.co.uk/', 'suffix=1; Domain=co.uk', undefined],
  ['https://me.github.io/', 'suffix=1; Domain=github.io', undefined],
])('at %s, %s', (url, header, expected) => {
  expect(sent(url, url, header)).toBe(expected)
})

test('a cookie is sent to other hosts only by its domain, and over http only without Secure', () => {
  const from = 'https://www.shop.test/'
  expect(sent(from, 'https://pay.shop.test/', 'a=1', 'b=2; Domain=shop.test')).toBe('b=2')
  expect(sent(from, 'https://shop.test/', 'a=1', 'b=2; Domain=shop.test')).toBe('b=2')
  expect(sent(from, 'http://www.shop.test/', 'a=1', 'b=2; Secure')).toBe('a=1')
  expect(sent(from, 'https://www.shop.test:8443/', 'a=1')).toBe('a=1')
})

test('a later cookie replaces or deletes an earlier one with the same name, domain and path', () => {
  const url = 'https://www.shop.test/'
  expect(sent(url, url, 'a=1', 'b=2', 'a=3', 'b=; Max-Age=0', 'a=4; Path=/x')).toBe('a=3')
})

test('a jar has a limit and returns the number of cookies it rejected', () => {
  const cookies = createCookies()
  const url = new URL('https://www.shop.test/')
  const many = Array.from({ length: 200 }, (_, index) => `c${index}=1`)
  expect(cookies.keep(url, many)).toBe(20)
  expect(cookies.keep(url, ['late=1'])).toBe(1)
  expect(cookies.header(url)?.split('; ')).toHaveLength(180)
})

test('renewed and deleted cookies do not count twice', () => {
  const cookies = createCookies()
  const url = new URL('https://www.shop.test/')
  const many = (value: string) => Array.from({ length: 150 }, (_, index) => `c${index}=${value}`)
  for (const value of ['1', '2', '3; Max-Age=0', '4']) expect(cookies.keep(url, many(value))).toBe(0)
  expect(cookies.header(url)?.split('; ')).toEqual(many('4'))
})

test('cookies are not shared between checks', async () => {
  const received: (string | undefined)[] = []
  const site = await httpSite((request, response) => {
    received.push(request.headers.cookie)
    if (request.url === '/') response.writeHead(302, { location: '/2', 'set-cookie': 'a=1' })
    response.end()
  })
  await Promise.all([check(site.url()), check(site.url('/2'))])
  await check(site.url('/2'))
  expect(received.sort()).toEqual(['a=1', undefined, undefined, undefined])
})

test('no Set-Cookie header makes it throw, and its Cookie header is always valid', () => {
  const byte = fc.string({ unit: fc.integer({ min: 32, max: 255 }).map(code => String.fromCharCode(code)) })
  const attribute = fc.constantFrom('Domain=', 'Path=', 'Max-Age=', 'Expires=', 'SameSite=', 'Secure')
  const header = fc.tuple(byte, attribute, byte).map(([pair, name, value]) => `${pair}; ${name}${value}`)
  fc.assert(
    fc.property(header, fc.constantFrom('https://a.example/', 'http://[::1]/', 'http://co.uk/'), (text, url) => {
      const back = sent(url, url, text)
      if (back !== undefined) validateHeaderValue('cookie', back.replaceAll('\x7f', ''))
    }),
  )
})
