import { type RecentAnswer, recentAnswers, summaryOf } from '../../../public/fleet/dashboard/recent-answers'

const answered = (host: string, second: number, more: Partial<RecentAnswer> = {}): RecentAnswer => ({
  host_id: host,
  query_id: 'q',
  status: 'completed',
  state: 'completed',
  occurred_at: `2026-01-01T00:00:0${second}.000Z`,
  error: null,
  row_count: 1,
  truncated: false,
  late: false,
  ...more,
})

test('the latest answers come first, without duplicates, up to the maximum', () => {
  const known = recentAnswers([], [answered('a', 1), answered('b', 3)], 3)
  expect(known.map(each => each.host_id)).toEqual(['b', 'a'])
  const next = recentAnswers(known, [answered('b', 3), answered('c', 2), answered('d', 4)], 3)
  expect(next.map(each => each.host_id)).toEqual(['d', 'b', 'c'])
  const again = recentAnswers(next, [answered('d', 5, { query_id: 'other' })], 4)
  expect(again.map(each => `${each.query_id}${each.host_id}`)).toEqual(['otherd', 'qd', 'qb', 'qc'])
})

test('an answer is summarized by its number of rows or its state', () => {
  expect(summaryOf(answered('a', 1))).toBe('1 row')
  expect(summaryOf(answered('a', 1, { row_count: 1_200 }))).toBe('1,200 rows')
  expect(summaryOf(answered('a', 1, { row_count: 0, state: 'no_rows' }))).toBe('no rows')
  expect(summaryOf(answered('a', 1, { row_count: 0, state: 'failed', error: 'no such table: x' }))).toBe('failed')
})
