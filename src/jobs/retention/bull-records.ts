import { serversOf } from '../../base/redis'
import type { RetentionTarget } from '../../base/retention'
import type { QueueName } from '../../contract/jobs'
import { QUEUE_NAMES } from '../../contract/values'
import { type Engine, KEPT_COUNT, KEPT_SECONDS } from '../engine/engine'

/** Ended ones only: schedules and jobs to be run are in other sets. */
const STATES = ['completed', 'failed'] as const
const PLACES = QUEUE_NAMES.flatMap(queue => STATES.map(state => ({ queue, state })))
/** Larger batches would block Redis noticeably. */
const CLEAN_MAX = 1_000

/**
 * Records of ended jobs in Redis, by age and by count. BullMQ does the same itself, but only where jobs of the same
 * queue go on ending.
 */
export const bullRecords = (engine: Engine): RetentionTarget => ({
  name: 'bullmq_records',
  summary: `BullMQ's own records of ended jobs, at most ${KEPT_COUNT} per queue and state.`,
  keep: { fixedMs: KEPT_SECONDS * 1_000 },
  async measure() {
    const all = await Promise.all(PLACES.map(place => placeStats(engine, place)))
    const oldest = all.flatMap(({ oldest }) => (oldest === null ? [] : [oldest]))
    const rows = all.reduce((sum, { count }) => sum + count, 0)
    return { oldest: oldest.length ? new Date(Math.min(...oldest)) : null, rows, bytes: null }
  },
  async count(before) {
    const counts = PLACES.map(async ({ queue, state }) =>
      engine.client.zcount(engine.key(queue, state), '-inf', await lastToGo(engine, { queue, state }, before)),
    )
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  },
  /** The cursor is a place in the list of queues and states. */
  async sweep(before, limit, cursor) {
    const no = Number(cursor ?? 0)
    const place = PLACES[no]
    if (!place) return { deleted: 0, next: null }
    const max = Math.min(limit, CLEAN_MAX)
    const graceMs = Date.now() - (await lastToGo(engine, place, before))
    const { length } = await engine.queue(place.queue).clean(graceMs, max, place.state)
    return { deleted: length, next: String(length === max ? no : no + 1) }
  },
})

interface Place {
  queue: QueueName
  state: (typeof STATES)[number]
}

async function placeStats(engine: Engine, { queue, state }: Place) {
  const { client } = engine
  const set = engine.key(queue, state)
  const [count, [, oldest]] = await Promise.all([client.zcard(set), client.zrange(set, '0', '0', 'WITHSCORES')])
  return { count, oldest: oldest === undefined ? null : Number(oldest) }
}

/** When the newest of those has ended that are too old or too many, in ms since the epoch. */
async function lastToGo(engine: Engine, { queue, state }: Place, before: Date): Promise<number> {
  const [, surplus] = await engine.client.zrevrange(engine.key(queue, state), KEPT_COUNT, KEPT_COUNT, 'WITHSCORES')
  return Math.max(before.getTime() - 1, Number(surplus ?? 0))
}

/** A job's lines can be written when its record has just been removed: nothing ever removes them. */
export const bullOrphans = (engine: Engine): RetentionTarget => ({
  name: 'bullmq_orphans',
  summary: 'Lines that BullMQ keeps of jobs whose records are gone.',
  keep: { fixedMs: 0 },
  measure: async () => ({ oldest: null, rows: null, bytes: null }),
  async count() {
    let count = 0
    for (let cursor: string | null = '0:0'; cursor !== null; ) {
      const { orphans, next }: Scanned = await scan(engine, cursor, CLEAN_MAX)
      count += orphans.length
      cursor = next
    }
    return count
  },
  async sweep(_before, limit, cursor) {
    const { orphans, next } = await scan(engine, cursor ?? '0:0', limit)
    // one by one: they are in the slots of different queues
    await Promise.all(orphans.map(key => engine.client.unlink(key)))
    return { deleted: orphans.length, next }
  },
})

interface Scanned {
  orphans: string[]
  next: string | null
}

/** @param cursor the server of a Cluster, and its own cursor */
async function scan(engine: Engine, cursor: string, limit: number): Promise<Scanned> {
  const [no = 0, from = 0] = cursor.split(':').map(Number)
  const server = serversOf(engine.client)[no]
  if (!server) return { orphans: [], next: null }
  const [to, keys] = await server.scan(String(from), 'MATCH', engine.key('*', '*:logs'), 'COUNT', limit)
  const next = to === '0' ? `${no + 1}:0` : `${no}:${to}`
  const known = await Promise.all(keys.map(key => engine.client.exists(key.slice(0, -':logs'.length))))
  return { orphans: keys.filter((_, i) => known[i] === 0), next }
}
