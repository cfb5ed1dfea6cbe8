import { Lanes } from '../../../src/monitors/schedule/lanes'

/** Work that ends when told to. */
function work() {
  const started: string[] = []
  const ends = new Map<string, () => void>()
  return {
    started,
    of: (name: string) => () => {
      started.push(name)
      return new Promise<void>(resolve => ends.set(name, resolve))
    },
    async end(name: string) {
      ends.get(name)?.()
      await new Promise(setImmediate)
    },
  }
}

test('a slow host takes no more than its share, and others pass what waits for it', async () => {
  const lanes = new Lanes({ all: 10, tenant: 10, host: 2 })
  const { of, end, started } = work()
  for (const name of ['slow 1', 'slow 2', 'slow 3']) lanes.enter('t', 'slow:80', of(name))
  lanes.enter('t', 'fast:80', of('fast'))
  expect(started).toEqual(['slow 1', 'slow 2', 'fast'])
  expect([lanes.runningCount, lanes.waitingCount]).toEqual([3, 1])
  await end('slow 1')
  expect(started).toEqual(['slow 1', 'slow 2', 'fast', 'slow 3'])
})

test('a tenant takes no more than its share', async () => {
  const lanes = new Lanes({ all: 10, tenant: 1, host: 10 })
  const { of, started } = work()
  lanes.enter('a', 'x', of('a 1'))
  lanes.enter('a', 'y', of('a 2'))
  lanes.enter('b', 'x', of('b 1'))
  expect(started).toEqual(['a 1', 'b 1'])
})

test('what waits can be taken back, what runs cannot', async () => {
  const lanes = new Lanes({ all: 1, tenant: 1, host: 1 })
  const { of, end, started } = work()
  const first = lanes.enter('a', 'x', of('first'))
  const second = lanes.enter('a', 'x', of('second'))
  expect([first(), second(), second()]).toEqual([false, true, false])
  await end('first')
  expect(started).toEqual(['first'])
  expect(lanes.runningCount).toBe(0)
})
