import { type ListPage, mergeFirstPage, PagedList } from '../../public/paged-list'

// Signals without their tie to Preact, which is published as ES modules only.
jest.mock('@preact/signals', () => jest.requireActual('@preact/signals-core'))

interface Item {
  id: string
  state?: string
}
const idOf = ({ id }: Item) => id
const items = (...ids: string[]): Item[] => ids.map(id => ({ id }))
const idsOf = (list: PagedList<Item>) => list.items.value?.map(idOf)

/** A list whose requests are answered by hand. */
function answeredByHand(pageSize = 2) {
  const requests: Array<{
    limit: number
    cursor: string | null
    answer(page: ListPage<Item>): void
    refuse(message: string): void
  }> = []
  const list = new PagedList<Item>({
    idOf,
    pageSize,
    fetchPage: (limit, cursor) =>
      new Promise((answer, reject) =>
        requests.push({ limit, cursor, answer, refuse: message => reject(new Error(message)) }),
      ),
  })
  return { list, requests }
}

describe('a paged list', () => {
  it('grows by cursors, and asks once at a time', async () => {
    const { list, requests } = answeredByHand()
    const first = list.refresh()
    expect(list.isLoading.value).toBe(true)
    requests[0]?.answer({ items: items('a', 'b'), next_cursor: 'after-b' })
    await first
    const more = Promise.all([list.loadMore(), list.loadMore()])
    expect(requests.map(({ limit, cursor }) => [limit, cursor])).toEqual([
      [2, null],
      [500, 'after-b'],
    ])
    requests[1]?.answer({ items: items('b', 'c'), next_cursor: null })
    await more
    expect(idsOf(list)).toEqual(['a', 'b', 'c'])
    expect(list.hasMore.value).toBe(false)
  })

  it('keeps what it shows when a request fails, and repeats that request', async () => {
    const { list, requests } = answeredByHand()
    const first = list.refresh()
    requests[0]?.answer({ items: items('a', 'b'), next_cursor: 'after-b' })
    await first
    const more = list.loadMore()
    requests[1]?.refuse('out of reach')
    await more
    expect([idsOf(list), list.problem.value]).toEqual([['a', 'b'], 'out of reach'])
    const again = list.retry()
    expect(requests[2]?.cursor).toBe('after-b')
    requests[2]?.answer({ items: items('c'), next_cursor: null })
    await again
    expect([idsOf(list), list.problem.value]).toEqual([['a', 'b', 'c'], ''])
  })

  it('takes the answer to the latest refresh only, and none after it is closed', async () => {
    const { list, requests } = answeredByHand()
    const both = Promise.all([list.refresh(), list.refresh()])
    requests[1]?.answer({ items: items('new'), next_cursor: null })
    requests[0]?.answer({ items: items('old'), next_cursor: null })
    await both
    expect(idsOf(list)).toEqual(['new'])
    const late = list.refresh()
    list.close()
    requests[2]?.answer({ items: items('late'), next_cursor: null })
    await late
    expect(idsOf(list)).toEqual(['new'])
  })

  it('does not lose a live update to a refresh that was answered before it', async () => {
    const { list, requests } = answeredByHand()
    const first = list.refresh()
    requests[0]?.answer({ items: items('a'), next_cursor: null })
    await first
    const again = list.refresh()
    list.update(known => [{ id: 'b' }, ...known.filter(({ id }) => id !== 'b')])
    requests[1]?.answer({ items: items('a'), next_cursor: null })
    await again
    expect(idsOf(list)).toEqual(['b', 'a'])
  })
})

describe('the first page, read again', () => {
  const known = items('a', 'b', 'c', 'd', 'e')

  it('leaves what stands behind it', () => {
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
