import { setTimeout as delay } from 'node:timers/promises'
import { type Place, type Server, startServer } from '../place'
import { withHosts } from '../scenarios/fleet/stage'
import { startViewers, TOPIC_PATH, targetOf } from '../scenarios/stage'
import { withUsage } from './usage'
import { difference, volumeOf } from './volume'

/** Fewer than a socket's queue of connections to accept, so that none is refused on a busy machine. */
const VIEWERS = 400
const HOSTS = 200
const WATCH_SECONDS = 6
const SETTLE_MS = 1_000

/** What one more of something that does nothing costs. */
export interface IdleCost {
  /** Bytes in the web process. */
  heap: number
  rss: number
  /** CPU seconds per hour of the web process, and of PostgreSQL. */
  webCpu: number
  postgresCpu: number
  /** Bytes stored. */
  disk: number
  redis: number
}

/** The cost of a viewer whose topic is silent, and of an enrolled host that nobody asks. */
export async function measureIdle(place: Place): Promise<{ viewer: IdleCost; host: IdleCost }> {
  const web = await startServer(place, 'web')
  const viewer = await costOf(place, web, VIEWERS, async settled => {
    const viewers = startViewers()
    await viewers.ask('open', { targets: [targetOf(web.url, TOPIC_PATH, place.token)], count: VIEWERS, look: 'count' })
    const result = await settled()
    await viewers.stop()
    return result
  })
  const { secret } = await web.post('/api/enroll-secrets', { name: 'Measurement' })
  const host = await costOf(place, web, HOSTS, settled => withHosts(web.url, secret, HOSTS, settled))
  await web.stop()
  return { viewer, host }
}

type State = Awaited<ReturnType<typeof stateOf>>

/** @param add adds them, and removes them again after `settled` */
async function costOf(
  place: Place,
  web: Server,
  count: number,
  add: (settled: () => Promise<State>) => Promise<State>,
): Promise<IdleCost> {
  const before = await stateOf(place, web)
  const after = await add(() => stateOf(place, web))
  const volume = difference(after.volume, before.volume)
  const perHour = (core: number) => (core * 3_600) / count
  return {
    heap: (after.memory.heapUsed - before.memory.heapUsed) / count,
    rss: (after.memory.rss - before.memory.rss) / count,
    webCpu: perHour(after.cores.web - before.cores.web),
    postgresCpu: perHour(after.cores.postgres - before.cores.postgres),
    disk: volume.disk / count,
    redis: volume.redis / count,
  }
}

async function stateOf(place: Place, web: Server) {
  await delay(SETTLE_MS)
  const watch = () => delay(WATCH_SECONDS * 1_000)
  const { cores } = await withUsage({ place, webs: [web], workers: [] }, watch)
  return { cores, memory: await web.ask('memory', undefined), volume: await volumeOf(place) }
}
