import { ByteLimiter } from '../../src/fleet/schedules/byte-limiter'

/** Work that the test ends. */
function work() {
  let end: () => void = () => undefined
  let begun = false
  const done = new Promise<void>(resolve => {
    end = resolve
  })
  return {
    run: () => {
      begun = true
      return done
    },
    end: () => end(),
    get begun() {
      return begun
    },
  }
}

test('work that does not fit waits, in order of arrival', async () => {
  const limiter = new ByteLimiter(10, 60_000)
  const [a, b, c] = [work(), work(), work()]
  const first = limiter.run(6, a.run)
  const second = limiter.run(6, b.run)
  const third = limiter.run(1, c.run)
  expect([a.begun, b.begun, c.begun]).toEqual([true, false, false])
  a.end()
  await first
  expect([b.begun, c.begun]).toEqual([true, true])
  b.end()
  c.end()
  await Promise.all([second, third])
})

test('work that is larger than the limit runs alone', async () => {
  const limiter = new ByteLimiter(10, 60_000)
  const [large, small] = [work(), work()]
  const first = limiter.run(100, large.run)
  const second = limiter.run(1, small.run)
  expect([large.begun, small.begun]).toEqual([true, false])
  large.end()
  small.end()
  await Promise.all([first, second])
})

test('work that waits too long is refused, and never starts', async () => {
  const limiter = new ByteLimiter(10, 20)
  const [slow, late, next] = [work(), work(), work()]
  const both = await Promise.allSettled([limiter.run(10, slow.run), limiter.run(10, late.run)])
  // Otherwise every delivery during an outage would be logged as a bug.
  const reason = expect.objectContaining({ status: 503, message: expect.stringContaining('Not stored within 20 ms') })
  expect(both).toEqual([
    { status: 'rejected', reason },
    { status: 'rejected', reason },
  ])
  slow.end()
  next.end()
  await limiter.run(10, next.run)
  expect([late.begun, next.begun]).toEqual([false, true])
})

test('a failure frees its bytes', async () => {
  const limiter = new ByteLimiter(10, 60_000)
  await expect(limiter.run(10, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(limiter.run(10, async () => 'done')).resolves.toBe('done')
})
