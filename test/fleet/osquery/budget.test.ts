import fc from 'fast-check'
import { Budget, type Hold } from '../../../src/fleet/osquery/budget'
import { AgentGone, Refusal } from '../../../src/fleet/osquery/refusal'

const LONG_MS = 60_000
const never = new AbortController().signal

test('whoever comes too late waits, in order, until enough is given back', async () => {
  const budget = new Budget(10)
  const first = await budget.take(8, LONG_MS, never)
  const order: string[] = []
  const second = budget.take(5, LONG_MS, never).then(() => order.push('second'))
  const third = budget.take(1, LONG_MS, never).then(() => order.push('third'))
  expect(budget).toMatchObject({ used: 8, waiting: 2 })
  first.shrink(6)
  expect(budget).toMatchObject({ used: 6, waiting: 2 })
  first.release()
  await Promise.all([second, third])
  expect(order).toEqual(['second', 'third'])
  expect(budget).toMatchObject({ used: 6, waiting: 0 })
})

test('a hold gives back once, and never grows by that', async () => {
  const budget = new Budget(10)
  const hold = await budget.take(4, LONG_MS, never)
  hold.shrink(9)
  expect(budget.used).toBe(4)
  hold.release()
  hold.release()
  hold.shrink(2)
  expect(budget.used).toBe(0)
})

test('more than there is, is all of it', async () => {
  const budget = new Budget(10)
  await budget.take(1_000, LONG_MS, never)
  expect(budget.used).toBe(10)
})

test('whoever leaves, or has waited long enough, makes room for those behind', async () => {
  const budget = new Budget(10)
  await budget.take(6, LONG_MS, never)
  const leaving = new AbortController()
  const large = budget.take(9, LONG_MS, leaving.signal)
  const small = budget.take(3, LONG_MS, never)
  leaving.abort()
  await expect(large).rejects.toThrow(AgentGone)
  await small
  await expect(budget.take(9, 1, never)).rejects.toThrow(Refusal)
  await expect(budget.take(9, 1, leaving.signal)).rejects.toThrow(AgentGone)
  expect(budget).toMatchObject({ used: 9, waiting: 0 })
})

test('it is never overdrawn, and all get in', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.nat(12), { maxLength: 30 }), async sizes => {
      const budget = new Budget(10)
      const use = async (hold: Hold) => {
        expect(budget.used).toBeLessThanOrEqual(10)
        await Promise.resolve()
        hold.release()
      }
      await Promise.all(sizes.map(size => budget.take(size, LONG_MS, never).then(use)))
      expect(budget).toMatchObject({ used: 0, waiting: 0 })
    }),
  ))

test('of several that grow and have taken all, the oldest goes on, and then the next', async () => {
  const budget = new Budget(10)
  const first = await budget.take(4, LONG_MS, never)
  const second = await budget.take(4, LONG_MS, never)
  expect(second.grow(6, LONG_MS, never)).toBeUndefined()
  const growing = second.grow(9, LONG_MS, never)
  const late = budget.take(1, LONG_MS, never)
  expect(budget).toMatchObject({ used: 10, waiting: 2 })
  expect(first.grow(8, LONG_MS, never)).toBeUndefined()
  expect(budget).toMatchObject({ used: 14, waiting: 2 })
  first.release()
  await growing
  expect(second.bytes).toBe(9)
  await late
  second.release()
  expect(budget).toMatchObject({ used: 1, waiting: 0 })
})

test('whoever may not grow in time is told so, and keeps what it has', async () => {
  const budget = new Budget(10)
  await budget.take(5, LONG_MS, never)
  const second = await budget.take(5, LONG_MS, never)
  await expect(second.grow(6, 1, never)).rejects.toThrow(Refusal)
  expect(second.bytes).toBe(5)
  second.release()
  expect(budget).toMatchObject({ used: 5, waiting: 0 })
})

test('however they grow, all come to their end, and no more than one overdraws', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.nat(10), { maxLength: 5 }), { maxLength: 20 }), async bodies => {
      const budget = new Budget(10)
      const use = async (sizes: number[]) => {
        const hold = await budget.take(1, LONG_MS, never)
        for (const size of sizes) {
          if (size > hold.bytes) await hold.grow(size, LONG_MS, never)
          expect(budget.used).toBeLessThanOrEqual(20)
        }
        hold.release()
      }
      await Promise.all(bodies.map(use))
      expect(budget).toMatchObject({ used: 0, waiting: 0 })
    }),
  ))
