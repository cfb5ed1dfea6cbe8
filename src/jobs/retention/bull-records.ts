import { formatCount } from '../../../text/numbers'
import type { RetentionTarget } from '../../base/retention'
import type { QueueName } from '../../contract/jobs'
import { QUEUE_NAMES } from '../../contract/values'
import { type Engine, KEEP_COUNT, KEEP_SECONDS } from '../engine/engine'

/** Only ended jobs: schedules and open jobs are in other sets. */
const STATES = ['completed', 'failed'] as const
const ENDED_SETS = QUEUE_NAMES.flatMap(queue => STATES.map(state => ({ queue, state })))
/** Larger batches would block Redis noticeably. */
const CLEAN_MAX = 1_000

/**
 * BullMQ's records of ended jobs, by age and by count. BullMQ also removes them itself, but only when another job of
 * the same queue ends.
 */
export const bullRecords = (engine: Engine): RetentionTarget => ({
  name: 'bullmq_records',
  summary: `BullMQ's own records of ended jobs, at most ${formatCount(KEEP_COUNT)} per queue and state.`,
  keep: { fixedMs: KEEP_SECONDS * 1_000 },
  async measure() {
    const all = await Promise.all(ENDED_SETS.map(set => setStats(engine, set)))
    const oldest = all.flatMap(({ oldest }) => (oldest === null ? [] : [oldest]))
    const rows = all.reduce((sum, { count }) => sum + count, 0)
    return { oldest: oldest.length ? new Date(Math.min(...oldest)) : null, rows, bytes: null }
  },
  async count(before) {
    const counts = ENDED_SETS.map(async ({ queue, state }) =>
      engine.client.zcount(engine.key(queue, state), '-inf', await newestExpired(engine, { queue, state }, before)),
    )
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  },
  /** The cursor is an index into `ENDED_SETS`. */
  async sweep(before, limit, cursor) {
    const index = Number(cursor ?? 0)
    const set = ENDED_SETS[index]
    if (!set) return { deleted: 0, next: null }
    const max = Math.min(limit, CLEAN_MAX)
    const graceMs = Date.now() - (await newestExpired(engine, set, before))
    const { length } = await engine.queue(set.queue).clean(graceMs, max, set.state)
    return { deleted: length, next: String(length === max ? index : index + 1) }
  },
})

interface EndedSet {
  queue: QueueName
  state: (typeof STATES)[number]
}

async function setStats(engine: Engine, { queue, state }: EndedSet) {
  const { client } = engine
  const set = engine.key(queue, state)
  const [count, [, oldest]] = await Promise.all([client.zcard(set), client.zrange(set, '0', '0', 'WITHSCORES')])
  return { count, oldest: oldest === undefined ? null : Number(oldest) }
}

/** When the newest job that is too old or one too many ended, in ms since the epoch. */
async function newestExpired(engine: Engine, { queue, state }: EndedSet, before: Date): Promise<number> {
  const [, surplus] = await engine.client.zrevrange(engine.key(queue, state), KEEP_COUNT, KEEP_COUNT, 'WITHSCORES')
  return Math.max(before.getTime() - 1, Number(surplus ?? 0))
}
