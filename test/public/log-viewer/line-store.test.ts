import fc from 'fast-check'
import { LineStore } from '../../../public/components/log-viewer/line-store'
import { seqBefore } from '../../../public/components/log-viewer/source'
import { line } from '../support/scripted-server'

const lineOf = (number: number) => ({ ...line(number * 2, number), level: 'info' as const })
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => lineOf(from + i))

const shown = (store: LineStore) =>
  Array.from({ length: store.rowCount }, (_, i) => {
    const row = store.row(i)
    return row?.kind === 'line' ? row.line : `${row?.from}-${row?.to}`
  })

describe('the lines in memory', () => {
  it('are in order, without duplicates, and have a row for every gap', () => {
    const store = new LineStore()
    store.insert(range(5, 6))
    store.insert(range(10, 11))
    store.insert(range(1, 2))
    expect(store.insert(range(5, 10))).toBe(3)
    expect(shown(store)).toEqual([1, 2, '3-4', 5, 6, 7, 8, 9, 10, 11])
    expect(store.row(2)).toEqual({ kind: 'gap', from: 3, to: 4, afterSeq: 4, beforeSeq: 10 })
    store.insert(range(3, 4))
    expect(shown(store)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })

  it('equal a plain list after any insertions', () => {
    const span = fc.tuple(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 0, max: 1_200 }))
    fc.assert(
      fc.property(fc.array(span, { maxLength: 12 }), spans => {
        const store = new LineStore()
        const known = new Set<number>()
        for (const [from, length] of spans) {
          store.insert(range(from, from + length))
          for (let at = from; at <= from + length; at++) known.add(at)
        }
        const sorted = [...known].sort((a, b) => a - b)
        expect(shown(store).filter(row => typeof row === 'number')).toEqual(sorted)
        expect(store.lineCount).toBe(sorted.length)
        for (const number of sorted.slice(0, 20)) {
          expect(store.row(store.rowOfLine(number))).toMatchObject({ kind: 'line', line: number, seq: number * 2 })
        }
      }),
      { numRuns: 60 },
    )
  })

  it('have no rows for gaps when filtered', () => {
    const store = new LineStore(true)
    store.insert([lineOf(4), lineOf(9)])
    store.insert([lineOf(1), lineOf(2)])
    store.insert([lineOf(9), lineOf(20)])
    expect(shown(store)).toEqual([1, 2, 4, 9, 20])
  })

  it('are trimmed from the oldest', () => {
    const store = new LineStore()
    store.insert(range(1, 5_000))
    expect(store.trim(2_000)).toBe(true)
    expect(store.lineCount).toBeLessThanOrEqual(2_000)
    expect(store.lineCount).toBeGreaterThan(1_400)
    expect(store.lastLine).toBe(5_000)
    expect(store.row(0)).toMatchObject({ line: store.firstLine })
    expect(store.trim(2_000)).toBe(false)
  })

  it('are visited in order from any line', () => {
    const store = new LineStore()
    store.insert(range(1, 1_500))
    const visited: number[] = []
    store.forEach(number => {
      visited.push(number)
    }, 1_497)
    expect(visited).toEqual([1_498, 1_499, 1_500])
  })
})

describe('the sequence number before a line', () => {
  it('is found however entries and lines are mixed', async () => {
    const entries = fc.array(fc.boolean(), { minLength: 1, maxLength: 300 })
    await fc.assert(
      fc.asyncProperty(entries, fc.nat(400), async (isLine, wanted) => {
        const seqs = isLine.flatMap((yes, at) => (yes ? [at + 1] : []))
        const source = async ({ after = 0 }) => {
          const at = seqs.findIndex(seq => seq > after)
          return {
            items: at < 0 ? [] : [{ ...lineOf(at + 1), seq: seqs[at] ?? 0 }],
            next_cursor: null,
            first_seq: 1,
            last_seq: isLine.length,
          }
        }
        const number = 1 + (wanted % (seqs.length + 1))
        const before = await seqBefore(number, source)
        expect(seqs.filter(seq => seq <= before).length).toBe(Math.min(number - 1, seqs.length))
      }),
    )
  })
})
