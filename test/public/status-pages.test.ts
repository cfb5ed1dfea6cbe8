import {
  isListed,
  membershipOf,
  movedGroup,
  movedMonitor,
  type Section,
  sectionsOf,
  slugOf,
  withGroup,
  withMonitor,
  withoutGroup,
  withoutMonitor,
} from '../../public/status-pages/draft'

const monitors = ['a', 'b', 'c', 'd'].map(id => ({ id, name: id.toUpperCase() }))
const groups = [
  { title: 'One', monitor_ids: ['b', 'a'] },
  { title: 'Two', monitor_ids: [] },
]
const sections = () => sectionsOf({ monitors, groups })
const shape = (list: readonly Section[]) =>
  list.map(section => [section.title, ...section.monitors.map(({ id }) => id)])
const keyOf = (list: readonly Section[], at: number) => list[at]?.key ?? 0

test('monitors stand below their headings, the others last, and are sent back the same', () => {
  expect(shape(sections())).toEqual([['One', 'b', 'a'], ['Two'], [null, 'c', 'd']])
  expect(membershipOf(sections())).toEqual({ monitor_ids: ['b', 'a', 'c', 'd'], groups })
  expect(shape(sectionsOf(null))).toEqual([[null]])
})

test('a monitor moves within its section, and on into the next one', () => {
  expect(shape(movedMonitor(sections(), 0, 0, 1))[0]).toEqual(['One', 'a', 'b'])
  expect(shape(movedMonitor(sections(), 0, 1, 1))).toEqual([
    ['One', 'b'],
    ['Two', 'a'],
    [null, 'c', 'd'],
  ])
  expect(shape(movedMonitor(sections(), 2, 0, -1))).toEqual([
    ['One', 'b', 'a'],
    ['Two', 'c'],
    [null, 'd'],
  ])
  expect(shape(movedMonitor(sections(), 0, 0, -1))).toEqual(shape(sections()))
  expect(shape(movedMonitor(sections(), 2, 1, 1))).toEqual(shape(sections()))
})

test('headings move, come and go; those without one stay last', () => {
  const all = sections()
  expect(shape(movedGroup(all, 0, 1))).toEqual([['Two'], ['One', 'b', 'a'], [null, 'c', 'd']])
  expect(shape(movedGroup(all, 1, 1))).toEqual(shape(all))
  expect(shape(withGroup(all))).toEqual([['One', 'b', 'a'], ['Two'], [''], [null, 'c', 'd']])
  expect(shape(withoutGroup(all, keyOf(all, 0)))).toEqual([['Two'], [null, 'b', 'a', 'c', 'd']])
})

test('monitors are added at the end, and removed from one section', () => {
  const all = withMonitor(sections(), { id: 'e', name: 'E' })
  expect(shape(all).at(-1)).toEqual([null, 'c', 'd', 'e'])
  expect([isListed(all, 'e'), isListed(all, 'f')]).toEqual([true, false])
  expect(shape(withoutMonitor(all, keyOf(all, 0), 'b'))[0]).toEqual(['One', 'a'])
})

test.each([
  ['Status of the Shop', 'status-of-the-shop'],
  ['  Café & Söhne! ', 'cafe-sohne'],
  ['日本', ''],
  [`${'a'.repeat(62)} b`, 'a'.repeat(62)],
])('the address of %j is %j', (title, slug) => expect(slugOf(title)).toBe(slug))
