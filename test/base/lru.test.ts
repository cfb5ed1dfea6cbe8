import { Lru } from '../../src/base/lru'

test('the least recently used entry is evicted first, and its owner is notified', () => {
  const dropped: string[] = []
  const lru = new Lru<string, number>(2, key => dropped.push(key))
  lru.set('a', 1)
  lru.set('b', 2)
  expect(lru.get('a')).toBe(1)
  lru.set('c', 3)
  expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual([1, undefined, 3])
  expect(dropped).toEqual(['b'])
  lru.set('a', 4)
  expect(lru.size).toBe(2)
  lru.clear()
  expect(lru.size).toBe(0)
  expect(dropped).toEqual(['b', 'a', 'c', 'a'])
})
