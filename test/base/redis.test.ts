import { once } from 'node:events'
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

test('copies of a connection are disconnected with it, except those that have ended', async () => {
  const client = createRedis({ url: testRedisUrl(), prefix: testRedisPrefix(), log: quietLog }).connect(
    'worker',
  ) as Redis
  const [open, ended] = [client.duplicate(), client.duplicate()] as const
  await Promise.all([whenReady(open, 60_000), whenReady(ended, 60_000)])
  const end = once(ended, 'end')
  ended.disconnect()
  await end
  const again = jest.spyOn(ended, 'disconnect')
  const closed = once(open, 'end')
  client.disconnect()
  await closed
  expect(again).not.toHaveBeenCalled()
})

test('copies of a connection that starts again by itself, as after an error while it authenticates, stay open', async () => {
  const client = createRedis({ url: testRedisUrl(), prefix: testRedisPrefix(), log: quietLog }).connect(
    'worker',
  ) as Redis
  const copy = client.duplicate()
  try {
    await Promise.all([whenReady(client, 60_000), whenReady(copy, 60_000)])
    const again = once(client, 'ready')
    client.disconnect(true)
    await again
    expect(copy.status).toBe('ready')
  } finally {
    client.disconnect()
  }
})
