import { Room } from '../../src/fleet/schedules/room'

/** Work that ends when it is told to. */
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

test('what does not fit waits for its turn, and turns are kept', async () => {
  const room = new Room(10, 60_000)
  const [a, b, c] = [work(), work(), work()]
  const first = room.use(6, a.run)
  const second = room.use(6, b.run)
  const third = room.use(1, c.run)
  expect([a.begun, b.begun, c.begun]).toEqual([true, false, false])
  a.end()
  await first
  expect([b.begun, c.begun]).toEqual([true, true])
  b.end()
  c.end()
  await Promise.all([second, third])
})

test('something larger than the room goes alone', async () => {
  const room = new Room(10, 60_000)
  const [large, small] = [work(), work()]
  const first = room.use(100, large.run)
  const second = room.use(1, small.run)
  expect([large.begun, small.begun]).toEqual([true, false])
  large.end()
  small.end()
  await Promise.all([first, second])
})

test('whoever waits too long is told so, and never begins', async () => {
  const room = new Room(10, 20)
  const [slow, late, next] = [work(), work(), work()]
  const both = await Promise.allSettled([room.use(10, slow.run), room.use(10, late.run)])
  // a bug would be logged as one, for every delivery of an outage
  const reason = expect.objectContaining({ status: 503, message: expect.stringContaining('Not stored within 20 ms') })
  expect(both).toEqual([
    { status: 'rejected', reason },
    { status: 'rejected', reason },
  ])
  slow.end()
  next.end()
  await room.use(10, next.run)
  expect([late.begun, next.begun]).toEqual([false, true])
})

test('a failure gives the room free', async () => {
  const room = new Room(10, 60_000)
  await expect(room.use(10, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(room.use(10, async () => 'done')).resolves.toBe('done')
})
