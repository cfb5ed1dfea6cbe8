import fc from 'fast-check'
import type { LogLine } from '../../../public/client'
import { timeOf } from '../../../public/components/log-viewer/jump'
import { Layout } from '../../../public/components/log-viewer/layout'
import { LineStore } from '../../../public/components/log-viewer/line-store'
import { wrappedLines } from '../../../public/components/log-viewer/wrap'
import { line } from '../support/scripted-server'

const lineOf = (number: number, message: string): LogLine => ({ ...line(number, number), level: 'info', message })
const storeOf = (messages: string[], from = 1) => {
  const store = new LineStore()
  store.insert(messages.map((message, at) => lineOf(from + at, message)))
  return store
}

describe('the layout of rows', () => {
  it('has one text row per line without wrapping', () => {
    const layout = new Layout(storeOf(['a', 'b'.repeat(500), 'c']), 0)
    expect([layout.height, layout.topOf(2), layout.rowAt(1), layout.heightOf(1)]).toEqual([3, 2, 1, 1])
  })

  it('has no gaps or overlaps, and finds the row of each text row', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(300), { minLength: 1, maxLength: 1_200 }),
        fc.integer({ min: 1, max: 120 }),
        (sizes, columns) => {
          const layout = new Layout(storeOf(sizes.map(size => 'x'.repeat(size))), columns)
          let top = 0
          for (const [row, size] of sizes.entries()) {
            expect(layout.topOf(row)).toBe(top)
            expect(layout.rowAt(top)).toBe(row)
            top += Math.max(1, Math.ceil(size / columns))
            expect(layout.rowAt(top - 1)).toBe(row)
          }
          expect(layout.height).toBe(top)
        },
      ),
      { numRuns: 20 },
    )
  })

  it('has one text row for a gap, and grows with new lines', () => {
    const store = storeOf(['aaaa', 'b'])
    store.insert([lineOf(9, 'cccc')])
    const layout = new Layout(store, 2)
    expect([0, 1, 2, 3].map(row => layout.topOf(row))).toEqual([0, 2, 3, 4])
    store.insert([lineOf(10, 'dddddd')])
    expect(new Layout(store, 2).height).toBe(9)
    expect(new Layout(store, 3).height).toBe(8)
  })
})

describe('the number of text rows of a message', () => {
  it.each([
    ['', 10, 1],
    ['ten chars!', 10, 1],
    ['eleven char', 10, 2],
    ['\x1b[31mten chars!\x1b[0m', 10, 1],
    ['漢字漢字漢字', 10, 2],
    ['a\tb', 3, 2],
    ['a\nb', 3, 1],
  ])('%j at %d columns', (message, columns, lines) => {
    expect(wrappedLines(message, columns, false)).toBe(lines)
  })

  it('includes space for a button', () => {
    expect(wrappedLines('x'.repeat(50), 60, true)).toBe(2)
  })
})

describe('a time as users type it', () => {
  const near = new Date(2026, 0, 15, 23, 59).getTime()
  it.each([
    ['14:30', new Date(2026, 0, 15, 14, 30).getTime()],
    ['4:05:06.7', new Date(2026, 0, 15, 4, 5, 6, 700).getTime()],
    ['2026-01-02T03:04:05Z', Date.parse('2026-01-02T03:04:05Z')],
    ['tomorrow', null],
    ['12', null],
    ['2026-99-99', null],
  ])('%s', (typed, ms) => {
    expect(timeOf(typed, near)).toBe(ms)
  })
})
