import { type Column, layoutIn, shownColumns, tracksOf } from '../../public/components/columns/layout'
import { isNumeric } from '../../public/fleet/query/columns'
import type { Row } from '../../src/contract/queries'

const COLUMNS: Column[] = [
  { name: 'name', title: 'Name', track: '1fr', isMain: true },
  { name: 'size', title: 'Size', track: '80px' },
  { name: 'time', title: 'Time', track: '90px' },
]

test('what is stored is read as far as it makes sense', () => {
  expect(layoutIn(null)).toEqual({ hidden: [], widths: {} })
  expect(layoutIn({ hidden: ['size', 7], widths: { time: 12, size: '9', name: 5_000 } })).toEqual({
    hidden: ['size'],
    widths: { time: 48, name: 900 },
  })
})

test('hidden columns have no track, resized ones shrink, and the main column keeps its own', () => {
  const layout = { hidden: ['time', 'name'], widths: { size: 120, name: 300 } }
  const shown = shownColumns(COLUMNS, layout)
  expect(shown.map(({ name }) => name)).toEqual(['name', 'size'])
  expect(tracksOf(shown, layout)).toBe('1fr minmax(0, 120px)')
})

test('a column is numeric if all values that are there are numbers', () => {
  const rows: Row[] = [
    { pid: '1', name: 'init', empty: '' },
    { pid: '', name: '7' },
    { pid: '-2.5', name: '8' },
  ]
  expect(['pid', 'name', 'empty', 'missing'].map(column => isNumeric(column, rows))).toEqual([
    true,
    false,
    false,
    false,
  ])
})
