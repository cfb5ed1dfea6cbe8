import type { Db } from '../base/db'
import { badRequest } from '../base/errors'
import { createFilter } from './filter'
import { type MergedPlace, readMerged } from './history'
import type { LogQuery } from './log-query'
import { lineOf } from './logs'

/** Where a page begins: after a place, or at a time; a cursor counts more. */
interface MergedFrom {
  cursor?: string | undefined
  since?: string | undefined
}

/** A page over several topics, by time. Its cursor is the place of the last line: time, topic, seq. */
export async function mergedPage(
  db: Db,
  tenantId: string,
  names: string[],
  { cursor, since, ...query }: Pick<LogQuery, 'level' | 'step' | 'q' | 'limit' | 'attempt'> & MergedFrom,
) {
  const { wanted } = createFilter({ ...query, types: undefined, source: undefined })
  const found = await readMerged(db, tenantId, names, placeOf({ cursor, since }), query.limit + 1, {
    ...wanted,
    kinds: ['log'],
  })
  const entries = found.slice(0, query.limit)
  const last = entries.at(-1)
  const items = entries.map(entry => ({ topic: entry.topic, ...(lineOf(entry) as object) }))
  return {
    items,
    next_cursor:
      found.length > query.limit && last ? cursorOf({ at: last.at, topicId: last.topic_id, seq: last.seq }) : null,
  }
}

const cursorOf = ({ at, topicId, seq }: MergedPlace) => `${at.getTime()}-${topicId}-${seq}`

/** Before all that was written at that time. */
const placeAt = (since: string): MergedPlace => ({ at: new Date(since), topicId: 0, seq: 0 })

function placeOf({ cursor, since }: MergedFrom): MergedPlace | undefined {
  if (cursor === undefined) return since === undefined ? undefined : placeAt(since)
  const match = /^(\d{1,15})-(\d{1,15})-(\d{1,15})$/.exec(cursor)
  if (!match) throw badRequest([{ path: 'query.cursor', message: 'This is not a cursor of this list.' }])
  return { at: new Date(Number(match[1])), topicId: Number(match[2]), seq: Number(match[3]) }
}
