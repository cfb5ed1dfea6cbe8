import { Refusal } from '../../../src/alerts/alertmanager/answer'
import { ReadLimit } from '../../../src/alerts/alertmanager/read-limit'

test('a tenant may read 64 times in parallel; others, and later reads, are not refused', async () => {
  const limit = new ReadLimit()
  const finish: (() => void)[] = []
  const read = () => limit.run('a', () => new Promise<void>(resolve => finish.push(resolve)))
  const reads = Array.from({ length: 64 }, read)
  const refused = await limit.run('a', async () => undefined).catch(error => error)
  expect(refused).toBeInstanceOf(Refusal)
  expect(refused.answer).toEqual({
    status: 503,
    text: 'Limit of concurrent GET requests reached (64), try again later.\n',
    type: 'text/plain; charset=utf-8',
  })
  await expect(limit.run('b', async () => 1)).resolves.toBe(1)
  for (const each of finish) each()
  await Promise.all(reads)
  await expect(limit.run('a', async () => 2)).resolves.toBe(2)
  await expect(limit.run('a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  await expect(limit.run('a', async () => 3)).resolves.toBe(3)
})
