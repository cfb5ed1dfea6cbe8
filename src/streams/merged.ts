import { pageOf, readCursor } from '../api'
import type { Db } from '../base/db'
import { z } from '../base/parse'
import type { LogQuery } from '../contract/logs'
import { entriesOf } from './chunk'
import { type MergedChunk, readMergedChunks, topicsNamed } from './chunk-store'
import { type Criteria, matcherOf } from './criteria'
import type { Entry } from './entry'
import { createFilter } from './filter'
import { lineOf } from './logs'
import { timeOf } from './record'

/** Where a page begins: at a cursor, or else at a time. */
interface MergedFrom {
  cursor?: string | undefined
  since?: string | undefined
}

/** Milliseconds, id of the topic, seq: the order of lines of several topics. */
type Place = [atMs: number, topicId: number, seq: number]

interface Placed {
  place: Place
  entry: Entry
}

const LIMITS = { entries: 2_000, bytes: 1024 * 1024 }

/** A page of log lines of several topics, by time. Its cursor holds the place of the last line. */
export async function mergedPage(
  db: Db,
  tenantId: string,
  names: string[],
  { cursor, since, ...query }: Pick<LogQuery, 'level' | 'step' | 'q' | 'limit' | 'attempt'> & MergedFrom,
) {
  const topics = new Map((await topicsNamed(db, tenantId, names)).map(({ id, name }) => [id, name]))
  const { criteria } = createFilter({ ...query, types: undefined, source: undefined })
  const after = startingPlace({ cursor, since })
  const found = await readMerged(db, [...topics.keys()], after, query.limit + 1, { ...criteria, kinds: ['log'] })
  const { items, next_cursor } = pageOf(found, query.limit, ({ place }) => place)
  const named = ({ place: [, id], entry }: Placed) => ({ topic: topics.get(id) ?? '', ...lineOf(entry) })
  return { items: items.map(named), next_cursor }
}

const cursorShape = z.tuple([z.number().int(), z.number().int(), z.number().int()])

function startingPlace({ cursor, since }: MergedFrom): Place | undefined {
  // topics have positive ids: before all lines of that time
  return readCursor(cursor, cursorShape) ?? (since === undefined ? undefined : [Date.parse(since), 0, 0])
}

/** Matching entries of several topics after a place, in order. */
async function readMerged(
  db: Db,
  topicIds: readonly number[],
  after: Place | undefined,
  limit: number,
  criteria: Criteria,
): Promise<Placed[]> {
  const since = after && new Date(after[0])
  const matches = matcherOf(criteria)
  const found: Placed[] = []
  for (let last: MergedChunk | undefined; ; ) {
    const chunks = await readMergedChunks(db, topicIds, since, last, criteria, LIMITS)
    for (const chunk of chunks)
      for (const entry of entriesOf(chunk)) {
        const place: Place = [timeOf(entry.record), chunk.topic_id, entry.seq]
        if (matches(entry.record) && (!after || compare(place, after) > 0)) found.push({ place, entry })
      }
    last = chunks.at(-1)
    // Chunks overlap in time: entries before the start of the chunks not yet read have their final place.
    const settledMs = last?.first_at.getTime() ?? Number.POSITIVE_INFINITY
    const settled = found.filter(({ place: [atMs] }) => atMs < settledMs)
    if (!last || settled.length >= limit) return settled.sort((a, b) => compare(a.place, b.place)).slice(0, limit)
  }
}

const compare = (a: Place, b: Place) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
