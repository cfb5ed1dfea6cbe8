import { KILLABLE, ownParts, testRedisPrefix } from '../support/parts'
import { addHost, range, resultLine, results, startNode, storedNumbers } from './node'

test('a PostgreSQL outage delays lines, but loses and duplicates none', async () => {
  const parts = await ownParts(KILLABLE)
  const node = await startNode({
    databaseUrl: parts.postgres.url,
    redisUrl: parts.redis.url,
    prefix: testRedisPrefix(),
  })
  try {
    const agent = await addHost(node)
    const lines = range(0, 4_000).map(no => resultLine(no))
    // Like an agent, repeats the request until it is accepted.
    const deliver = async () => {
      for (;;)
        try {
          return await node.schedules.log(agent, results(lines))
        } catch {
          // retried
        }
    }
    const first = new Promise<void>(resolve => {
      node.db.on('query', ({ sql }: { sql: string }) => sql.includes('INSERT INTO scheduled_results') && resolve())
    })
    const delivered = Promise.all([deliver(), deliver()])
    await first
    await parts.postgres.kill()
    await parts.postgres.restart()
    await delivered
    expect(await storedNumbers(node, agent)).toEqual(range(0, 4_000))
  } finally {
    await node.stop()
    await parts.stop()
  }
})
