import { joinColumns, outcomeOf } from '../../../src/fleet/queries/outcome'

const answer = { queryId: 'q', rows: [], failed: false, message: '', stats: null, truncated: false }

test('errors and columns of an agent are limited, because everybody gets them', () => {
  const { error } = outcomeOf({ ...answer, failed: true, message: 'é'.repeat(1_000_000) })
  expect(error).toBe('é'.repeat(4_096))
  const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`column_${i}`, '']))
  const { columns, rowCount } = outcomeOf({ ...answer, rows: [wide] })
  expect(rowCount).toBe(1)
  expect(columns).toEqual(Array.from({ length: 500 }, (_, i) => `column_${i}`))
})

test('columns of several hosts are joined in order of appearance, up to the limit of a status', () => {
  expect(joinColumns(['pid', 'name'], ['name', 'extra'])).toEqual(['pid', 'name', 'extra'])
  const known = ['pid']
  expect(joinColumns(known, ['pid'])).toBe(known)
  expect(joinColumns(known, ['n'.repeat(20_000), 'name'])).toEqual(['pid'])
  expect(
    joinColumns(
      [],
      Array.from({ length: 600 }, (_, i) => String(i)),
    ),
  ).toHaveLength(500)
})
