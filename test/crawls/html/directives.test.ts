import { headerDirectives } from '../../../src/crawls/html/directives'
import { refreshTarget } from '../../../src/crawls/html/refresh'
import { pageOf } from './page'

const NONE = { noindex: false, nofollow: false }

describe('directives of a page', () => {
  test.each([
    ['<meta name="robots" content="noindex">', { ...NONE, noindex: true }],
    ['<META NAME=ROBOTS CONTENT="NoIndex, NOFOLLOW">', { noindex: true, nofollow: true }],
    ['<meta name=robots content=none>', { noindex: true, nofollow: true }],
    ['<meta name=robots content="index,follow">', NONE],
    ['<meta name=tailrace content=nofollow>', { ...NONE, nofollow: true }],
    ['<meta name=robots content=noindex><meta name=Tailrace content=nofollow>', { noindex: true, nofollow: true }],
    ['<meta name=otherbot content=none>', NONE],
    ['<meta name=description content=none>', NONE],
    ['<meta name=robots content="max-snippet:10, nofollow">', { ...NONE, nofollow: true }],
    ['<!-- <meta name=robots content=none> -->', NONE],
  ])('%s', (html, expected) => expect(pageOf(html)).toMatchObject(expected))
})

describe('directives of headers', () => {
  test.each([
    [['noindex'], { ...NONE, noindex: true }],
    [['noindex', 'nofollow'], { noindex: true, nofollow: true }],
    [['NONE'], { noindex: true, nofollow: true }],
    [['tailrace: noindex, nofollow'], { noindex: true, nofollow: true }],
    [['otherbot: noindex, nofollow'], NONE],
    [['otherbot: noindex, Tailrace: nofollow'], { ...NONE, nofollow: true }],
    [['otherbot: noindex', 'nofollow'], { ...NONE, nofollow: true }],
    [['nofollow, otherbot: noindex'], { ...NONE, nofollow: true }],
    [['unavailable_after: 25 Jun 2010 15:00:00 PST, noindex'], { ...NONE, noindex: true }],
    [['max-snippet: 3, nofollow'], { ...NONE, nofollow: true }],
    [[''], NONE],
    [[], NONE],
  ])('%j', (values, expected) => expect(headerDirectives(values, 'Tailrace')).toEqual(expected))
})

describe('a refresh', () => {
  test.each([
    ['0;url=a', 'a'],
    ['5; URL = a b ', 'a b '],
    ["1.5,url='a'x", 'a'],
    ['3 "a"', 'a'],
    ['0; a', 'a'],
    ['10', undefined],
    ['', undefined],
    ['url=a', undefined],
  ])('%j leads to %j', (content, target) => expect(refreshTarget(content)).toBe(target))
})
