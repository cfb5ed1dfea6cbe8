import { templateOf, trapProblem } from '../../../src/crawls/scope/traps'

const AT = 'http://example.org'

describe('traps', () => {
  test.each([
    ['/a/a/a/', 'Its path repeats "a/" more than 2 times'],
    ['/x/a/b/c/a/b/c/a/b/c', 'Its path repeats "a/b/c/" more than 2 times'],
    [`/${'a/b/'.repeat(2)}${'c1/d/e/'.repeat(3)}`, 'Its path repeats "c1/d/e/" more than 2 times'],
    [`/${Array.from({ length: 21 }, (_, i) => i).join('/')}`, 'Its path has 21 parts; up to 20 are followed'],
    ['/calendar/2199/03', 'It is about the year 2199: a calendar without an end'],
    ['/events/1203/', 'It is about the year 1203: a calendar without an end'],
    ['/2199/03/01/', 'It is about the year 2199: a calendar without an end'],
    ['/day?date=1066-10-14', 'It is about the year 1066: a calendar without an end'],
    ['/day?d=99990101', 'It is about the year 9999: a calendar without an end'],
    ['/month?month=3&year=2150', 'It is about the year 2150: a calendar without an end'],
  ])('%s is one', (path, problem) => expect(trapProblem(AT + path)).toBe(problem))

  test.each([
    '/',
    '/a/a/b',
    '/a/b/a/b',
    '/1/1/1/1',
    '/11/11/11',
    '/a/b/c/a/x/c/a/b/c',
    `/${Array.from({ length: 20 }, (_, i) => i).join('/')}`,
    '/calendar/2026/03',
    '/2026-11-30-title',
    '/1969/07/20/moon',
    '/items/5000/10',
    '/rfc/9110',
    '/news/987654321012',
    '/a?next=/a/a/a/a/',
    '/day?d=20261130&year=2027',
  ])('%s is none', path => expect(trapProblem(AT + path)).toBeUndefined())
})

describe('families of URLs', () => {
  test.each([
    ['/list?page=2&sort=a', `${AT}/list?page&sort`],
    ['/list?sort=b&page=3&page=4', `${AT}/list?page&sort`],
    ['/list?', null],
    ['/list?=x', `${AT}/list?`],
    ['/a/b/c.html', null],
    ['/calendar/2026/03', `${AT}/calendar/{date}`],
    ['/blog/2026/03/01/title', `${AT}/blog/{date}/title`],
    ['/day/2026-03-01?view=week', `${AT}/day/{date}?view`],
    ['/', null],
  ])('%s is of %j', (path, template) => expect(templateOf(AT + path)).toBe(template))
})
