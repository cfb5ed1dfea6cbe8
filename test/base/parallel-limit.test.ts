import { ParallelLimit } from '../../src/base/parallel-limit'

test('a key may run so much in parallel; others, and later work, are not refused', async () => {
  const limit = new ParallelLimit(64, max => new RangeError(`At most ${max}`))
  const finish: (() => void)[] = []
  const read = () => limit.run('a', () => new Promise<void>(resolve => finish.push(resolve)))
  const reads = Array.from({ length: 64 }, read)
  await expect(limit.run('a', async () => undefined)).rejects.toThrow(new RangeError('At most 64'))
  await expect(limit.run('b', async () => 1)).resolves.toBe(1)
  for (const each of finish) each()
  await Promise.all(reads)
  await expect(limit.run('a', async () => 2)).resolves.toBe(2)
  await expect(limit.run('a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  await expect(limit.run('a', async () => 3)).resolves.toBe(3)
})
