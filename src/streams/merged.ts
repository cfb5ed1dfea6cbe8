import { pageOf, readCursor } from '../api'
import type { Db } from '../base/db'
import { z } from '../base/parse'
import type { LogQuery } from '../contract/logs'
import { createFilter } from './filter'
import { type MergedPosition, readMerged } from './history'
import { lineOf } from './logs'

/** Where a page begins: at a cursor, or else at a time. */
interface MergedFrom {
  cursor?: string | undefined
  since?: string | undefined
}

/** A page of log lines of several topics, by time. Its cursor holds the time, topic and seq of the last line. */
export async function mergedPage(
  db: Db,
  tenantId: string,
  names: string[],
  { cursor, since, ...query }: Pick<LogQuery, 'level' | 'step' | 'q' | 'limit' | 'attempt'> & MergedFrom,
) {
  const { criteria } = createFilter({ ...query, types: undefined, source: undefined })
  const found = await readMerged(db, tenantId, names, startingPosition({ cursor, since }), query.limit + 1, {
    ...criteria,
    kinds: ['log'],
  })
  const { items, next_cursor } = pageOf(found, query.limit, ({ at, topic_id, seq }) => [at.getTime(), topic_id, seq])
  return { items: items.map(entry => ({ topic: entry.topic, ...lineOf(entry) })), next_cursor }
}

/** Milliseconds, topic, seq. */
const cursorShape = z.tuple([z.number().int(), z.number().int(), z.number().int()])

function startingPosition({ cursor, since }: MergedFrom): MergedPosition | undefined {
  const place = readCursor(cursor, cursorShape)
  if (place) return { at: new Date(place[0]), topicId: place[1], seq: place[2] }
  return since === undefined ? undefined : { at: new Date(since), topicId: 0, seq: 0 } // before all lines of that time
}
