import { PAGE_ROWS, ResultRows } from '../../../public/fleet/query/result-rows'
import type { ResultItem, ResultPage } from '../../../src/contract/queries'

interface PendingRequest {
  offset: number
  cursor: string | null
  resolve(): void
  reject(): void
}

/** A server with numbered rows, whose replies the test controls. */
function rowsOf(count: { total: number }) {
  const requests: PendingRequest[] = []
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
        requests.push({
          offset,
          cursor,
          resolve: () => resolve(page(from, cursor === null)),
          reject: () => reject(new Error('failed')),
        })
      }),
    () => changes++,
    error => failures.push(error),
  )
  /** Resolves requests until there are no more. */
  const settle = async () => {
    for (let at = requests.length - 1; at < requests.length; at++) {
      requests[at]?.resolve()
      await new Promise(resolve => setImmediate(resolve))
    }
  }
  return { rows, requests, failures, settle, changes: () => changes }
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

test('the next page is read by cursor, a distant one by offset', async () => {
  const { rows, requests, settle } = rowsOf({ total: 300_000 })
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
  expect(requests.map(({ offset, cursor }) => [offset, cursor])).toEqual([
    [0, null],
    [PAGE_ROWS, String(PAGE_ROWS)],
    [200_000, null],
  ])
  expect(rows.total).toBe(300_000)
})

test('pages are read one at a time, and only while they are in view', async () => {
  const { rows, requests, settle } = rowsOf({ total: 300_000 })
  for (let start = 0; start < 300_000; start += 1_000) rows.want(start, start + 50)
  expect(requests).toHaveLength(1)
  await settle()
  expect(requests.map(({ offset }) => offset)).toEqual([0, 299_000])
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

test('a refresh keeps the old rows until the new ones have arrived', async () => {
  const count = { total: 10 }
  const { rows, requests, settle } = rowsOf(count)
  rows.want(0, 50)
  await settle()
  count.total = 400
  rows.refresh()
  expect([rows.total, rows.rowAt(9)?.no, rows.rowAt(10)]).toEqual([10, 9, null])
  await settle()
  expect([rows.total, rows.rowAt(10)?.no]).toEqual([400, 10])
  expect(requests.every(({ cursor }) => cursor === null)).toBe(true)
})

test('a refresh keeps visible rows on two pages until both have arrived', async () => {
  const { rows, requests, settle } = rowsOf({ total: 1_000 })
  rows.want(PAGE_ROWS - 10, PAGE_ROWS + 40)
  await settle()
  rows.refresh()
  requests.at(-1)?.resolve()
  await new Promise(resolve => setImmediate(resolve))
  expect([rows.rowAt(PAGE_ROWS - 1)?.no, rows.rowAt(PAGE_ROWS)?.no]).toEqual([PAGE_ROWS - 1, PAGE_ROWS])
  const before = requests.length
  await settle()
  expect(requests).toHaveLength(before)
  expect(requests.map(({ offset }) => offset)).toEqual([0, PAGE_ROWS, 0, PAGE_ROWS])
})

test('a failed request is reported, and a refresh tries again', async () => {
  const { rows, requests, failures, settle, changes } = rowsOf({ total: 10 })
  rows.want(0, 50)
  requests[0]?.reject()
  await new Promise(resolve => setImmediate(resolve))
  expect(failures).toHaveLength(1)
  expect(changes()).toBe(0)
  rows.refresh()
  await settle()
  expect(rows.rowAt(9)?.no).toBe(9)
})

test('after close nothing is requested or reported', async () => {
  const { rows, requests, changes } = rowsOf({ total: 300_000 })
  rows.want(0, 5_000)
  rows.close()
  requests[0]?.resolve()
  await new Promise(resolve => setImmediate(resolve))
  rows.want(0, 50)
  expect(requests).toHaveLength(1)
  expect(changes()).toBe(0)
})
