import { PAGE_ROWS, ResultRows } from '../../../public/fleet/query/result-rows'
import type { ResultItem, ResultPage } from '../../../src/contract/queries'

interface Asked {
  offset: number
  cursor: string | null
  answer(): void
  refuse(): void
}

/** A server of numbered rows that answers when it is told to. */
function rowsOf(count: { total: number }) {
  const asked: Asked[] = []
  const failures: unknown[] = []
  let changes = 0
  const page = (offset: number, isCounted: boolean): ResultPage => ({
    items: Array.from({ length: Math.max(0, Math.min(PAGE_ROWS, count.total - offset)) }, (_, at) => item(offset + at)),
    next_cursor: offset + PAGE_ROWS < count.total ? String(offset + PAGE_ROWS) : null,
    total: isCounted ? count.total : null,
  })
  const rows = new ResultRows(
    ({ offset, cursor }) =>
      new Promise((resolve, reject) => {
        const from = cursor === null ? offset : Number(cursor)
        const answer = () => resolve(page(from, cursor === null))
        asked.push({ offset, cursor, answer, refuse: () => reject(new Error('refused')) })
      }),
    () => changes++,
    error => failures.push(error),
  )
  /** Answers all that is asked until nothing more is. */
  const settle = async () => {
    for (let at = asked.length - 1; at < asked.length; at++) {
      asked[at]?.answer()
      await new Promise(resolve => setImmediate(resolve))
    }
  }
  return { rows, asked, failures, settle, changes: () => changes }
}

const item = (no: number): ResultItem => ({
  host_id: 'h',
  host_identifier: 'h',
  hostname: 'h',
  status: 'completed',
  error: null,
  late: false,
  truncated: false,
  answered_at: null,
  no,
  row: { n: String(no) },
})

test('rows are read on by cursor, and jumped to by number', async () => {
  const { rows, asked, settle } = rowsOf({ total: 300_000 })
  rows.want(0, 50)
  await settle()
  expect(rows.total).toBe(300_000)
  expect(rows.rowAt(49)?.no).toBe(49)
  expect(rows.rowAt(PAGE_ROWS)).toBeNull()
  rows.want(PAGE_ROWS - 10, PAGE_ROWS + 40)
  await settle()
  expect(rows.rowAt(PAGE_ROWS + 39)?.no).toBe(PAGE_ROWS + 39)
  rows.want(200_000, 200_050)
  await settle()
  expect(rows.rowAt(200_049)?.no).toBe(200_049)
  expect(asked.map(({ offset, cursor }) => [offset, cursor])).toEqual([
    [0, null],
    [PAGE_ROWS, String(PAGE_ROWS)],
    [200_000, null],
  ])
  expect(rows.total).toBe(300_000)
})

test('only what is still wanted is asked for, one page at a time', async () => {
  const { rows, asked, settle } = rowsOf({ total: 300_000 })
  for (let start = 0; start < 300_000; start += 1_000) rows.want(start, start + 50)
  expect(asked).toHaveLength(1)
  await settle()
  expect(asked.map(({ offset }) => offset)).toEqual([0, 299_000])
})

test('few pages stay in memory', async () => {
  const { rows, settle } = rowsOf({ total: 300_000 })
  for (let page = 0; page < 60; page++) {
    rows.want(page * PAGE_ROWS, page * PAGE_ROWS + 50)
    await settle()
  }
  expect(rows.pageCount).toBeLessThan(20)
  expect(rows.rowAt(59 * PAGE_ROWS)?.no).toBe(59 * PAGE_ROWS)
  expect(rows.rowAt(0)).toBeNull()
})

test('what is read again takes the place of what was here when it has come, not before', async () => {
  const count = { total: 10 }
  const { rows, asked, settle } = rowsOf(count)
  rows.want(0, 50)
  await settle()
  count.total = 400
  rows.refresh()
  expect([rows.total, rows.rowAt(9)?.no, rows.rowAt(10)]).toEqual([10, 9, null])
  await settle()
  expect([rows.total, rows.rowAt(10)?.no]).toEqual([400, 10])
  expect(asked.every(({ cursor }) => cursor === null)).toBe(true)
})

test('what is in sight stays in sight while it is read again, over two pages, too', async () => {
  const { rows, asked, settle } = rowsOf({ total: 1_000 })
  rows.want(PAGE_ROWS - 10, PAGE_ROWS + 40)
  await settle()
  rows.refresh()
  asked.at(-1)?.answer()
  await new Promise(resolve => setImmediate(resolve))
  expect([rows.rowAt(PAGE_ROWS - 1)?.no, rows.rowAt(PAGE_ROWS)?.no]).toEqual([PAGE_ROWS - 1, PAGE_ROWS])
  const before = asked.length
  await settle()
  expect(asked).toHaveLength(before)
  expect(asked.map(({ offset }) => offset)).toEqual([0, PAGE_ROWS, 0, PAGE_ROWS])
})

test('a refusal is told, and the next wish asks again', async () => {
  const { rows, asked, failures, settle, changes } = rowsOf({ total: 10 })
  rows.want(0, 50)
  asked[0]?.refuse()
  await new Promise(resolve => setImmediate(resolve))
  expect(failures).toHaveLength(1)
  expect(changes()).toBe(0)
  rows.refresh()
  await settle()
  expect(rows.rowAt(9)?.no).toBe(9)
})

test('after it is closed nothing is asked or told any more', async () => {
  const { rows, asked, changes } = rowsOf({ total: 300_000 })
  rows.want(0, 5_000)
  rows.close()
  asked[0]?.answer()
  await new Promise(resolve => setImmediate(resolve))
  rows.want(0, 50)
  expect(asked).toHaveLength(1)
  expect(changes()).toBe(0)
})
