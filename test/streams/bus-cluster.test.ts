import { createRedis } from '../../src/base/redis'
import { Bus } from '../../src/streams/bus'
import { type Cluster, clusterTest, startCluster } from '../support/cluster'
import { quietLog, testRedisPrefix } from '../support/parts'
import { eventually } from '../support/programs'

/** Enough for each server of the Cluster to have some. */
const TOPICS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'] as const
const onCluster = clusterTest()
let cluster: Cluster | undefined
const buses: Bus[] = []

afterAll(async () => {
  for (const bus of buses) await bus.stop()
  await cluster?.stop()
})

/** Two processes; the publisher of the first has not connected to every server yet. */
async function twoBuses() {
  cluster ??= await startCluster()
  const redis = createRedis({ url: cluster.url, prefix: testRedisPrefix(), log: quietLog })
  const [here, there] = [new Bus(redis, quietLog), new Bus(redis, quietLog)] as const
  buses.push(here, there)
  await there.start()
  await eventually(() => there.connected, 'the other process listens')
  for (const topic of TOPICS) await there.storedAnnouncements(topic)
  await here.start()
  return { here, there }
}

function announceThreeTimes(bus: Bus) {
  for (const topic of TOPICS) for (const value of ['1', '2', '3']) bus.announce(topic, 'figures', value)
}

onCluster('a late subscriber gets the last announcement, even while it is being sent', async () => {
  const { here, there } = await twoBuses()
  announceThreeTimes(here)
  const [first] = TOPICS
  await eventually(async () => (await there.storedAnnouncements(first)).length > 0, 'a value is kept')
  for (const topic of TOPICS) expect([topic, await here.storedAnnouncements(topic)]).toEqual([topic, ['3']])
  for (const topic of TOPICS)
    await eventually(
      async () => (await there.storedAnnouncements(topic))[0] === '3',
      `the last value of ${topic} is kept`,
    )
})

onCluster('a message is stored before another process receives it', async () => {
  const { here, there } = await twoBuses()
  const seen: { topic: string; received: number; kept: number }[] = []
  const look = async (topic: string, received: string) => {
    const [kept] = await there.storedAnnouncements(topic)
    seen.push({ topic, received: Number(received), kept: Number(kept ?? 0) })
  }
  for (const topic of TOPICS) await there.subscribe(topic, received => void look(topic, received))
  announceThreeTimes(here)
  const hasLast = (topic: string) => seen.some(each => each.topic === topic && each.received === 3)
  await eventually(() => TOPICS.every(hasLast), 'the last value of each topic is received')
  expect(seen.filter(({ received, kept }) => kept < received)).toEqual([])
})
