import { newId } from '../../../src/base/ids'
import { createRedis, whenReady } from '../../../src/base/redis'
import { newEntry } from '../../../src/crawls/frontier/entry'
import { Frontier } from '../../../src/crawls/frontier/frontier'
import { clusterTest, startCluster } from '../../support/cluster'
import { quietLog } from '../../support/parts'

clusterTest()('crawls run on a Cluster: a script uses the keys of one slot', async () => {
  const cluster = await startCluster()
  const client = createRedis({ url: cluster.url, prefix: 'tailrace', log: quietLog }).connect('publisher')
  try {
    await whenReady(client, 30_000)
    const frontier = new Frontier(client, 'tailrace', newId())
    await frontier.open({
      ...{ pages: 10, bytes: 1e9, deadline: Date.now() + 3_600_000, delayMs: 0, concurrency: 1 },
      ...{ externalDelayMs: 0, paused: false },
    })
    const entries = ['1', '2'].map(key =>
      newEntry({ key, host: `host-${key}`, href: `http://host-${key}/` }, 'page', 0, null),
    )
    await frontier.add(entries.map(entry => ({ entry, family: null, outcome: 'queue' })))
    await frontier.endSeeding()
    expect(await frontier.claim('me', 9, [], 60_000)).toMatchObject({ state: 'run', claimed: [{}, {}] })
    await frontier.finish(
      'me',
      entries.map(entry => ({ entry, outcome: 'fetched', reason: null, bytes: 1 })),
    )
    expect(await frontier.read()).toMatchObject({ state: 'done', counts: { fetched: 2 }, endedBecause: 'completed' })
    await frontier.drop()
    expect(await frontier.read()).toBeUndefined()
  } finally {
    client.disconnect()
    await cluster.stop()
  }
})
