import { selectorProblem } from '../../../src/crawls/html/extract'
import { pageOf } from './page'

const HTML = `<body><ul id=list><li class="a b">One <b>two</b></li><li data-price="3">\n Three</li></ul>
  <p>Price: <span class=price> 3,50&nbsp;€ </span></p><a href="x">link</a></body>`

const extract = (selector: string, options: { all?: boolean; attribute?: string } = {}) =>
  pageOf(HTML, { extract: [{ name: 'value', selector, all: false, ...options }] }).extracted.value

test('recipes take texts and attributes out of a page', () => {
  expect(extract('.price')).toBe('3,50 €')
  expect(extract('li', { all: true })).toEqual(['One two', 'Three'])
  expect(extract('#list > li:nth-child(2)')).toBe('Three')
  expect(extract('li[data-price]', { attribute: 'DATA-price' })).toBe('3')
  expect(extract('p:has(.price), h1')).toBe('Price: 3,50 €')
  expect(extract('LI.B')).toBe(null)
  expect(extract('a', { attribute: 'href' })).toBe('x')
})

test('what is not there is null, or an empty list', () => {
  expect(extract('h1')).toBeNull()
  expect(extract('a', { attribute: 'title' })).toBeNull()
  expect(extract('h1', { all: true })).toEqual([])
  expect(extract('li', { all: true, attribute: 'data-price' })).toEqual(['3'])
})

test('values are bounded', () => {
  const recipe = { name: 'v', selector: 'b', all: true }
  const page = pageOf(`<b>${'x'.repeat(20_000)}</b>${'<b>y</b>'.repeat(2_000)}`, { extract: [recipe] })
  expect(page.extracted.v).toHaveLength(1_000)
  expect(page.extracted.v?.[0]).toHaveLength(10_000)
})

test('a selector that would take too long finds nothing', () => {
  const html = '<div><p><b>'.repeat(150).repeat(5)
  const recipes = ['*:not(:has(* * * *))', 'b'].map(selector => ({ name: selector, selector, all: true }))
  const { extracted } = pageOf(html, { extract: recipes })
  expect(extracted['*:not(:has(* * * *))']).toEqual([])
  expect(extracted.b?.length).toBeGreaterThan(100)
})

test('a selector that is not valid is a fault that says why', () => {
  expect(selectorProblem('a > b:not(.c)')).toBeUndefined()
  for (const selector of ['', ' ', 'a[', ':unknown', 'a::unknown', '::', '}', 'a,', 'a > ', 'a >'])
    expect([selector, selectorProblem(selector)]).toEqual([selector, expect.stringMatching(/./)])
})
