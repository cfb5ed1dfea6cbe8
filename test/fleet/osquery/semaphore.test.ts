import fc from 'fast-check'
import { AgentDisconnected, Refusal } from '../../../src/fleet/osquery/refusal'
import { type Permit, Semaphore } from '../../../src/fleet/osquery/semaphore'

const LONG_MS = 60_000
const never = new AbortController().signal

test('requests for more than is available wait in order until enough is released', async () => {
  const semaphore = new Semaphore(10)
  const first = await semaphore.acquire(8, LONG_MS, never)
  const order: string[] = []
  const second = semaphore.acquire(5, LONG_MS, never).then(() => order.push('second'))
  const third = semaphore.acquire(1, LONG_MS, never).then(() => order.push('third'))
  expect(semaphore).toMatchObject({ used: 8, waiting: 2 })
  first.shrink(6)
  expect(semaphore).toMatchObject({ used: 6, waiting: 2 })
  first.release()
  await Promise.all([second, third])
  expect(order).toEqual(['second', 'third'])
  expect(semaphore).toMatchObject({ used: 6, waiting: 0 })
})

test('a permit is released once, and shrinking never makes it larger', async () => {
  const semaphore = new Semaphore(10)
  const permit = await semaphore.acquire(4, LONG_MS, never)
  permit.shrink(9)
  expect(semaphore.used).toBe(4)
  permit.release()
  permit.release()
  permit.shrink(2)
  expect(semaphore.used).toBe(0)
})

test('a request for more than the maximum gets the maximum', async () => {
  const semaphore = new Semaphore(10)
  await semaphore.acquire(1_000, LONG_MS, never)
  expect(semaphore.used).toBe(10)
})

test('a request that is aborted or times out lets later ones in', async () => {
  const semaphore = new Semaphore(10)
  await semaphore.acquire(6, LONG_MS, never)
  const leaving = new AbortController()
  const large = semaphore.acquire(9, LONG_MS, leaving.signal)
  const small = semaphore.acquire(3, LONG_MS, never)
  leaving.abort()
  await expect(large).rejects.toThrow(AgentDisconnected)
  await small
  await expect(semaphore.acquire(9, 1, never)).rejects.toThrow(Refusal)
  await expect(semaphore.acquire(9, 1, leaving.signal)).rejects.toThrow(AgentDisconnected)
  expect(semaphore).toMatchObject({ used: 9, waiting: 0 })
})

test('the limit holds, and every request is granted', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.nat(12), { maxLength: 30 }), async sizes => {
      const semaphore = new Semaphore(10)
      const use = async (permit: Permit) => {
        expect(semaphore.used).toBeLessThanOrEqual(10)
        await Promise.resolve()
        permit.release()
      }
      await Promise.all(sizes.map(size => semaphore.acquire(size, LONG_MS, never).then(use)))
      expect(semaphore).toMatchObject({ used: 0, waiting: 0 })
    }),
  ))

test('of several permits that grow and hold everything, the oldest continues, then the next', async () => {
  const semaphore = new Semaphore(10)
  const first = await semaphore.acquire(4, LONG_MS, never)
  const second = await semaphore.acquire(4, LONG_MS, never)
  expect(second.grow(6, LONG_MS, never)).toBeUndefined()
  const growing = second.grow(9, LONG_MS, never)
  const late = semaphore.acquire(1, LONG_MS, never)
  expect(semaphore).toMatchObject({ used: 10, waiting: 2 })
  expect(first.grow(8, LONG_MS, never)).toBeUndefined()
  expect(semaphore).toMatchObject({ used: 14, waiting: 2 })
  first.release()
  await growing
  expect(second.units).toBe(9)
  await late
  second.release()
  expect(semaphore).toMatchObject({ used: 1, waiting: 0 })
})

test('a permit that cannot grow in time fails to, and keeps its units', async () => {
  const semaphore = new Semaphore(10)
  await semaphore.acquire(5, LONG_MS, never)
  const second = await semaphore.acquire(5, LONG_MS, never)
  await expect(second.grow(6, 1, never)).rejects.toThrow(Refusal)
  expect(second.units).toBe(5)
  second.release()
  expect(semaphore).toMatchObject({ used: 5, waiting: 0 })
})

test('however permits grow, all end, and at most one exceeds the limit', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.nat(10), { maxLength: 5 }), { maxLength: 20 }), async bodies => {
      const semaphore = new Semaphore(10)
      const use = async (sizes: number[]) => {
        const permit = await semaphore.acquire(1, LONG_MS, never)
        for (const size of sizes) {
          if (size > permit.units) await permit.grow(size, LONG_MS, never)
          expect(semaphore.used).toBeLessThanOrEqual(20)
        }
        permit.release()
      }
      await Promise.all(bodies.map(use))
      expect(semaphore).toMatchObject({ used: 0, waiting: 0 })
    }),
  ))
