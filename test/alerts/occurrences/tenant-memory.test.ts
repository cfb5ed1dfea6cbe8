import type { OpenAlert } from '../../../src/alerts/occurrences'
import { TenantMemory } from '../../../src/alerts/occurrences/tenant-memory'

const alert = (id: string, fingerprint = id) => ({ id, fingerprint, endsAt: null }) as unknown as OpenAlert
const idsOf = (memory: TenantMemory) => memory.all().map(({ id }) => id)

test('tells which alerts have changed since a revision', () => {
  const memory = new TenantMemory(0)
  memory.put(alert('a'))
  memory.put(alert('b'))
  const { revision } = memory
  expect(memory.changedSince(revision)).toEqual(new Set())
  memory.put(alert('c'))
  memory.remove('a')
  expect(memory.changedSince(revision)).toEqual(new Set(['c', 'a']))
  expect(memory.changedSince(0)).toEqual(new Set(['a', 'b', 'c']))
})

test('an occurrence that takes the place of another counts as two changes', () => {
  const memory = new TenantMemory(0)
  memory.put(alert('a', 'same'))
  const { revision } = memory
  memory.put(alert('b', 'same'))
  expect(memory.changedSince(revision)).toEqual(new Set(['a', 'b']))
  expect(idsOf(memory)).toEqual(['b'])
})

test('forgets changes when there are many', () => {
  const memory = new TenantMemory(0)
  for (let i = 0; i < 30_000; i++) memory.put(alert(`${i}`, 'same'))
  expect(memory.changedSince(0)).toBeUndefined()
  expect(memory.changedSince(memory.revision - 1)).toEqual(new Set(['29999']))
})

test('stays in the order of ids, however they arrive', () => {
  const memory = new TenantMemory(0)
  memory.put(alert('b'))
  expect(idsOf(memory)).toEqual(['b'])
  memory.put(alert('d'))
  memory.put(alert('a'))
  expect(idsOf(memory)).toEqual(['a', 'b', 'd'])
  memory.put(alert('c'))
  memory.put(alert('b'))
  expect(idsOf(memory)).toEqual(['a', 'b', 'c', 'd'])
})
