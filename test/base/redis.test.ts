import type { Redis } from 'ioredis'
import { createRedis, type Purpose, whenReady } from '../../src/base/redis'
import { quietLog, testRedisPrefix, testRedisUrl } from '../support/parts'

/** Sends two commands in one tick. @returns how often the socket was written to */
async function writesOf(purpose: Purpose): Promise<number> {
  const client = createRedis({ url: testRedisUrl(), prefix: testRedisPrefix(), log: quietLog }).connect(
    purpose,
  ) as Redis
  try {
    await whenReady(client, 60_000)
    const writes = jest.spyOn(client.stream, 'write')
    await Promise.all([client.get('a'), client.get('b')])
    return writes.mock.calls.length
  } finally {
    client.disconnect()
  }
}

test.each([
  ['worker', 1],
  ['publisher', 1],
  ['command', 2],
] as const)('two commands of one tick on a connection for %s take %s writes', async (purpose, writes) => {
  expect(await writesOf(purpose)).toBe(writes)
})
