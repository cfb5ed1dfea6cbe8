import type { Db } from '../base/db'
import { expiringRows } from '../base/expiring'
import { DAY_MS, type Day, dropDay, listDays } from '../base/partitions'
import type { RetentionTarget } from '../base/retention'
import { lowPriority, tableSize } from '../base/table-store'
import { topicKey } from './entry'
import type { Family } from './families'
import { countMergeable, mergeChunks } from './merge-store'
import {
  countEntries,
  countOfTopic,
  deleteTopics,
  findTopic,
  listTopics,
  moveFirstSeq,
  oldestOfTopic,
  readRest,
  type TopicRow,
  topicEnds,
  trimRest,
  trimTopic,
} from './trim-store'

interface Deps {
  db: Db
  /** The family of a topic, by the topic's name. */
  family(name: string): Family | undefined
  tenantIds(): Promise<string[]>
}

const WRITER_MS = 7 * DAY_MS
const REST = 'rest'
/** The table of entries, which has a partition per day. */
export const TABLE = 'stream_chunks'

/** The data of streams and how long it is kept. */
export const streamRetention = (deps: Deps): RetentionTarget[] => [
  entries(deps.db),
  smallChunks(deps.db),
  tenantEvents(deps),
  goneTopics(deps),
  expiringRows(deps.db, {
    name: 'stream_writers',
    summary: 'Last batch numbers of processes that have ended.',
    table: 'stream_writers',
    column: 'updated_at',
    keep: { fixedMs: WRITER_MS },
  }),
]

const earliest = (times: (Date | null | undefined)[]) => {
  const known = times.flatMap(at => (at ? [at.getTime()] : []))
  return known.length ? new Date(Math.min(...known)) : null
}

/**
 * Entries of all topics, by whole days. A day is dropped in two steps: first the start of its topics moves past it, so
 * that readers get a `gap`, then the partition is dropped.
 */
const entries = (db: Db): RetentionTarget => ({
  name: 'stream_entries',
  summary: 'Log lines and events of all topics, dropped by whole days.',
  keep: { term: 'logs' },
  grainMs: DAY_MS,
  async measure() {
    const [days, rest, size] = await Promise.all([listDays(db, TABLE), readRest(db), tableSize(db, TABLE)])
    return { oldest: earliest([days[0]?.from, rest.oldest]), ...size }
  },
  async count(before) {
    let count = (await readRest(db, before)).count
    for (const day of await listDays(db, TABLE)) if (day.to <= before) count += await countEntries(db, day)
    return count
  },
  async sweep(before, limit, cursor) {
    const day = (await listDays(db, TABLE)).find(({ to }) => to <= before)
    if (!day) {
      const { entries, chunks } = await trimRest(db, before, limit)
      return { deleted: entries, next: chunks === limit ? REST : null }
    }
    const [name, after] = cursor?.split(':') ?? []
    const ends = await topicEnds(db, day, name === day.name ? Number(after) : 0, limit)
    const last = ends.at(-1)
    if (last) {
      const deleted = await lowPriority(db, trx => moveFirstSeq(trx, ends))
      return { deleted, next: `${day.name}:${last.id}` }
    }
    await dropDay(db, day)
    return { deleted: 0, next: '' }
  },
})

/** Entries of a day may still come so long after it: their times may differ from now by an hour. */
const DAY_OPEN_MS = 2 * 3_600_000
/** Days that ended earlier have been merged before. */
const MERGED_DAYS = 3

/** Chunks of topics that were written to seldom, which have few entries each. */
function smallChunks(db: Db): RetentionTarget {
  const topicsOf = async (day: Day, after: number, limit: number) =>
    (await topicEnds(db, day, after, limit)).map(({ id }) => id)
  const daysBefore = async (before: Date) =>
    (await listDays(db, TABLE)).filter(({ to }) => to.getTime() <= before.getTime() - DAY_OPEN_MS).slice(-MERGED_DAYS)
  return {
    name: 'mergeable_chunks',
    summary: 'Small chunks of entries, merged once their day is over. No entries are removed.',
    keep: { fixedMs: 0 },
    measure: async () => ({ oldest: null, rows: null, bytes: null }),
    async count(before) {
      let count = 0
      for (const day of await daysBefore(before))
        for (let ids = await topicsOf(day, 0, 1_000); ids.length; ids = await topicsOf(day, ids.at(-1) ?? 0, 1_000))
          count += await countMergeable(db, day, ids)
      return count
    },
    async sweep(before, limit, cursor) {
      const [name = '', after = '0'] = cursor?.split(':') ?? []
      const day = (await daysBefore(before)).find(each => each.name >= name)
      if (!day) return { deleted: 0, next: null }
      const ids = await topicsOf(day, day.name === name ? Number(after) : 0, limit)
      // The next day's name is greater than this with any character after it.
      if (!ids.length) return { deleted: 0, next: `${day.name}~:0` }
      return { deleted: await mergeChunks(db, day, ids), next: `${day.name}:${ids.at(-1)}` }
    },
  }
}

/**
 * Deletes tenant events row by row if they are kept for less time than log lines. Others are dropped with their day.
 */
function tenantEvents({ db, tenantIds }: Deps): RetentionTarget {
  const topics = async () => {
    const found = (await tenantIds()).map(async tenantId => (await findTopic(db, { tenantId, name: 'events' }))?.id)
    return (await Promise.all(found)).filter(id => id !== undefined).sort((a, b) => a - b)
  }
  const daysBefore = (before: Date) => new Date(before.getTime() - DAY_MS)
  return {
    name: 'tenant_events',
    summary: 'Tenant events, if they are kept for less time than log lines.',
    keep: { term: 'events' },
    grainMs: 2 * DAY_MS,
    async measure() {
      const oldest = await Promise.all((await topics()).map(id => oldestOfTopic(db, id)))
      return { oldest: earliest(oldest), rows: null, bytes: null }
    },
    async count(before) {
      const counts = await Promise.all((await topics()).map(id => countOfTopic(db, id, daysBefore(before))))
      return counts.reduce((sum, count) => sum + count, 0)
    },
    async sweep(before, limit, cursor) {
      const [id, following] = (await topics()).filter(each => cursor === null || each >= Number(cursor))
      if (id === undefined) return { deleted: 0, next: null }
      const deleted = await trimTopic(db, id, daysBefore(before), limit)
      if (deleted > 0) return { deleted, next: String(id) }
      return { deleted, next: following === undefined ? null : String(following) }
    },
  }
}

/** Topics that have outlived what they are about, such as those of deleted jobs. */
function goneTopics({ db, family }: Deps): RetentionTarget {
  /** Ids grow with time: no old topics follow the first recent one. */
  const page = async (before: Date, after: number, limit: number) => {
    const found = await listTopics(db, after, limit)
    const recent = found.findIndex(({ created_at }) => created_at >= before)
    const old = recent < 0 ? found : found.slice(0, recent)
    return {
      gone: await findGone(family, old),
      last: recent < 0 && found.length === limit ? found.at(-1)?.id : undefined,
    }
  }
  return {
    name: 'stream_topics',
    summary: 'Topics of jobs that are no longer in the history.',
    keep: { term: 'jobs' },
    measure: async () => ({ oldest: null, ...(await tableSize(db, 'stream_topics')) }),
    async count(before) {
      let count = 0
      for (let after: number | undefined = 0; after !== undefined; ) {
        const { gone, last }: Awaited<ReturnType<typeof page>> = await page(before, after, 1_000)
        count += gone.length
        after = last
      }
      return count
    },
    async sweep(before, limit, cursor) {
      const { gone, last } = await page(before, Number(cursor ?? 0), limit)
      const ids = gone.map(({ id }) => id)
      const { entries, isComplete } = await deleteTopics(db, ids, limit)
      if (!isComplete) return { deleted: entries, next: cursor ?? '0' } // the topics are still there
      return { deleted: entries + ids.length, next: last === undefined ? null : String(last) }
    },
  }
}

async function findGone(family: Deps['family'], found: readonly TopicRow[]): Promise<TopicRow[]> {
  const topics = found.map(row => ({ row, topic: { tenantId: row.tenant_id, name: row.name } }))
  const gone = new Set<string>()
  for (const owner of new Set(found.map(({ name }) => family(name)))) {
    const asked = topics.flatMap(({ topic }) => (family(topic.name) === owner ? [topic] : []))
    for (const topic of (await owner?.gone?.(asked)) ?? []) gone.add(topicKey(topic))
  }
  return topics.flatMap(({ row, topic }) => (gone.has(topicKey(topic)) ? [row] : []))
}
