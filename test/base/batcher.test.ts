import { Batcher } from '../../src/base/batcher'

test('requests of one tick share a batch, up to its maximum size', async () => {
  const batches: number[][] = []
  const batcher = new Batcher<number, number>(async asks => {
    batches.push(asks)
    return asks.map(ask => ask * 2)
  }, 2)
  expect(await Promise.all([1, 2, 3].map(ask => batcher.ask(ask)))).toEqual([2, 4, 6])
  expect(batches).toEqual([[1, 2], [3]])
})

test('a request made as soon as the previous one is answered is answered as well', async () => {
  const batcher = new Batcher<number, number>(async asks => asks, 10)
  for (let i = 0; i < 5; i++) expect(await batcher.ask(i)).toBe(i)
})

test('a failing batch fails its requests, and the next batch still runs', async () => {
  let fails = true
  const batcher = new Batcher<number, number>(async asks => {
    if (fails) throw new Error('away')
    return asks
  }, 10)
  await expect(batcher.ask(1)).rejects.toThrow('away')
  fails = false
  expect(await batcher.ask(2)).toBe(2)
})
