import { setTimeout as delay } from 'node:timers/promises'
import { createLog } from '../../../src/base/log'
import { createRedis, type RedisClient } from '../../../src/base/redis'
import type { Crawl } from '../../../src/contract/crawls'
import { rounded } from '../../figures'
import type { Server } from '../../place'
import { widePath } from '../../programs/generated-page'
import { type Ours, settingsOf } from './ours'

const URLS = 50_000
const SETTLE_MS = 2_000
/** As long as possible: only the seed is fetched, not even robots.txt. */
const DELAY_MS = 600_000
const MS_MAX = 120_000

/**
 * What URLs that wait need in Redis, and in the process that fetches them.
 * @param origin of a site of its own, because its host must not be asked for long
 */
export async function frontierMemory({ place, servers: [web] }: Ours, origin: string) {
  const log = createLog({ level: 'error', format: 'json', output: process.stderr })
  const redis = createRedis({ url: place.redisUrl, prefix: 'bench', log }).connect('command')
  const look = async () => {
    await delay(SETTLE_MS)
    const { heapUsed, external } = await web.ask('memory', undefined)
    return { redis: await usedBytes(redis), process: heapUsed + external }
  }
  try {
    const before = await look()
    const { crawl } = await web.post('/api/crawls', {
      ...settingsOf(origin + widePath(URLS)),
      limits: { pages: 1_000_000, links_per_page: URLS },
      politeness: { delay_ms: DELAY_MS, concurrency: 1, obey_robots: false },
    })
    await untilQueued(web, crawl.id)
    const after = await look()
    await web.post(`/api/crawls/${crawl.id}/cancel`, {})
    const kibPerTenThousand = (bytes: number) => rounded(bytes / 1_024 / (URLS / 10_000))
    return {
      urls: URLS,
      redis_kib_per_10k: kibPerTenThousand(after.redis - before.redis),
      process_kib_per_10k: kibPerTenThousand(after.process - before.process),
    }
  } finally {
    redis.disconnect()
  }
}

const usedBytes = async (redis: RedisClient) =>
  Number(/^used_memory:(\d+)/m.exec(String(await redis.call('INFO', 'memory')))?.[1])

async function untilQueued(web: Server, id: string) {
  for (const startedMs = performance.now(); performance.now() - startedMs < MS_MAX; await delay(SETTLE_MS)) {
    const { queued, ended_because }: Crawl = await web.get(`/api/crawls/${id}`)
    if (queued >= URLS) return
    if (ended_because) throw new Error(`The crawl ended because of ${ended_because}`)
  }
  throw new Error('The links of the wide page were not queued in time')
}
