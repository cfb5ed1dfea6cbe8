import { setTimeout as delay } from 'node:timers/promises'
import { rounded } from '../figures'
import { AIMS } from '../limits'
import type { Server } from '../place'
import type { Scenario } from './scenario'
import { startViewers, TOPIC_PATH, targetOf, withStage } from './stage'

const CONNECTIONS = 1_000
const WATCHED = 100
const WATCH_SECONDS = 10
/** Lets requests, pools and compiled code settle before the first measurement. */
const SETTLE_MS = 1_500

/** The cost of an idle viewer. */
export const idle: Scenario = () =>
  withStage(async ({ place, web }) => {
    const targets = [targetOf(web.url, TOPIC_PATH, place.token)]
    const warm = startViewers()
    await warm.ask('open', { targets, count: WATCHED, look: 'count' })
    await warm.ask('close', undefined)
    await delay(SETTLE_MS)
    const baseline = await corePercent(web)
    const viewers = startViewers()
    await viewers.ask('open', { targets, count: WATCHED, look: 'count' })
    await delay(SETTLE_MS)
    const watched = await corePercent(web)
    const before = await web.ask('memory', undefined)
    const openMs = await viewers.ask('open', { targets, count: CONNECTIONS, look: 'count' })
    await delay(SETTLE_MS)
    const after = await web.ask('memory', undefined)
    const kib = (name: keyof typeof before) => rounded((after[name] - before[name]) / CONNECTIONS / 1024)
    await viewers.stop()
    await warm.stop()
    return {
      heap_kib_per_connection: kib('heapUsed'),
      aim_heap_kib: AIMS.idleHeapKib,
      rss_kib_per_connection: kib('rss'),
      external_kib_per_connection: kib('external'),
      connections: CONNECTIONS,
      core_percent_100_viewers: rounded(watched),
      core_percent_no_viewers: rounded(baseline),
      aim_core_percent: AIMS.idleCorePercent,
      heartbeat_seconds: 5,
      opens_per_s: rounded((CONNECTIONS / openMs) * 1_000),
      processes: ['web', 'viewers', 'postgres', 'redis'],
    }
  })

async function corePercent(web: Server): Promise<number> {
  const before = await web.ask('cpu', undefined)
  await delay(WATCH_SECONDS * 1_000)
  return (((await web.ask('cpu', undefined)) - before) / WATCH_SECONDS) * 100
}
