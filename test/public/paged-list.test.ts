import { type ListPage, mergeFirstPage, PagedList } from '../../public/paged-list'

// Uses signals without Preact, which is only published as ES modules.
jest.mock('@preact/signals', () => jest.requireActual('@preact/signals-core'))

interface Item {
  id: string
  state?: string
}
const idOf = ({ id }: Item) => id
const items = (...ids: string[]): Item[] => ids.map(id => ({ id }))
const idsOf = (list: PagedList<Item>) => list.items.value?.map(idOf)

/** A list whose requests the test resolves. */
function controlledList(pageSize = 2) {
  const requests: Array<{
    limit: number
    cursor: string | null
    resolve(page: ListPage<Item>): void
    reject(message: string): void
  }> = []
  const list = new PagedList<Item>({
    idOf,
    pageSize,
    fetchPage: (limit, cursor) =>
      new Promise((resolve, reject) =>
        requests.push({ limit, cursor, resolve, reject: message => reject(new Error(message)) }),
      ),
  })
  return { list, requests }
}

describe('a paged list', () => {
  it('grows by cursor, one request at a time', async () => {
    const { list, requests } = controlledList()
    const first = list.refresh()
    expect(list.isLoading.value).toBe(true)
    requests[0]?.resolve({ items: items('a', 'b'), next_cursor: 'after-b' })
    await first
    const more = Promise.all([list.loadMore(), list.loadMore()])
    expect(requests.map(({ limit, cursor }) => [limit, cursor])).toEqual([
      [2, null],
      [500, 'after-b'],
    ])
    requests[1]?.resolve({ items: items('b', 'c'), next_cursor: null })
    await more
    expect(idsOf(list)).toEqual(['a', 'b', 'c'])
    expect(list.hasMore.value).toBe(false)
  })

  it('keeps its rows when a request fails, and retries that request', async () => {
    const { list, requests } = controlledList()
    const first = list.refresh()
    requests[0]?.resolve({ items: items('a', 'b'), next_cursor: 'after-b' })
    await first
    const more = list.loadMore()
    requests[1]?.reject('unreachable')
    await more
    expect([idsOf(list), list.problem.value]).toEqual([['a', 'b'], 'unreachable'])
    const again = list.retry()
    expect(requests[2]?.cursor).toBe('after-b')
    requests[2]?.resolve({ items: items('c'), next_cursor: null })
    await again
    expect([idsOf(list), list.problem.value]).toEqual([['a', 'b', 'c'], ''])
  })

  it('applies only the latest refresh, and none after close', async () => {
    const { list, requests } = controlledList()
    const both = Promise.all([list.refresh(), list.refresh()])
    requests[1]?.resolve({ items: items('new'), next_cursor: null })
    requests[0]?.resolve({ items: items('old'), next_cursor: null })
    await both
    expect(idsOf(list)).toEqual(['new'])
    const late = list.refresh()
    list.close()
    requests[2]?.resolve({ items: items('late'), next_cursor: null })
    await late
    expect(idsOf(list)).toEqual(['new'])
  })

  it('keeps a live update that is newer than the reply of a refresh', async () => {
    const { list, requests } = controlledList()
    const first = list.refresh()
    requests[0]?.resolve({ items: items('a'), next_cursor: null })
    await first
    const again = list.refresh()
    list.update(known => [{ id: 'b' }, ...known.filter(({ id }) => id !== 'b')])
    requests[1]?.resolve({ items: items('a'), next_cursor: null })
    await again
    expect(idsOf(list)).toEqual(['b', 'a'])
  })
})

describe('a refreshed first page', () => {
  const known = items('a', 'b', 'c', 'd', 'e')

  it('keeps the rows after it', () => {
    const page = items('a', 'aa', 'c')
    expect(mergeFirstPage(known, page, { idOf, isWhole: false }).map(idOf)).toEqual(['a', 'aa', 'c', 'd', 'e'])
    expect(mergeFirstPage(known, page, { idOf, isWhole: true })).toEqual(page)
    expect(mergeFirstPage([], page, { idOf, isWhole: false })).toEqual(page)
  })

  it('keeps objects that have not changed', () => {
    const isSame = (one: Item, other: Item) => one.state === other.state
    const merged = mergeFirstPage(known, [{ id: 'a' }, { id: 'b', state: 'x' }], { idOf, isSame, isWhole: true })
    expect(merged[0]).toBe(known[0])
    expect(merged[1]).toEqual({ id: 'b', state: 'x' })
  })
})
