import type { Response } from 'express'
import { clean, cleanColored, indented } from '../../text/display'
import { ok } from '../api'
import type { Db } from '../base/db'
import { sendDownload } from '../base/download'
import type { LogLine, LogPage, LogQuery } from '../contract/logs'
import { readEntries } from './chunk-store'
import type { Criteria } from './criteria'
import type { Entry, Topic } from './entry'
import { createFilter } from './filter'
import { encodeLine } from './frame'
import { findHead, type Head, readHead } from './history'
import { parsePosition } from './position'
import { decodeLine } from './record'

const DOWNLOAD_PAGE = 2_000

/** A page of a topic's log lines, or all of them as a download. */
export async function serveLog(db: Db, topic: Topic, query: LogQuery, res: Response) {
  const head = await readHead(db, topic)
  const criteria: Criteria = {
    ...createFilter({ ...query, types: undefined, source: undefined }).criteria,
    kinds: ['log'],
  }
  const range = { after: seqOf(query.after), before: seqOf(query.before) }
  if (query.format !== 'json') return download(db, topic, head, criteria, { ...range, format: query.format }, res)
  return ok(await page(db, head, criteria, { ...query, ...range, cursor: seqOf(query.cursor) }))
}

/** A position is given as a `seq` or as an event id. */
function seqOf(position: string | undefined): number | undefined {
  return position === undefined ? undefined : (parsePosition(position)?.seq ?? Number(position))
}

interface Range {
  after: number | undefined
  before: number | undefined
}

type PageQuery = Pick<LogQuery, 'limit' | 'order'> & Range & { cursor: number | undefined }

async function page(
  db: Db,
  head: Head,
  criteria: Criteria,
  { after, before, cursor, limit, order }: PageQuery,
): Promise<LogPage> {
  const descending = order === 'desc'
  const from = Math.max(after ?? 0, (!descending && cursor) || 0)
  const end = descending && cursor ? cursor - 1 : head.last_seq
  const upTo = Math.min(before === undefined ? head.last_seq : before - 1, end)
  // `before` alone means the lines immediately before it, still in ascending order.
  const backwards = descending || (before !== undefined && after === undefined && cursor === undefined)
  const found = await readEntries(
    db,
    head.id,
    { after: from, upTo, limit: limit + 1, order: backwards ? 'desc' : 'asc' },
    criteria,
  )
  const entries = found.slice(0, limit)
  const more = found.length > limit && backwards === descending
  const next = more ? String(entries.at(-1)?.seq) : null
  if (backwards && !descending) entries.reverse()
  return { items: entries.map(lineOf), next_cursor: next, first_seq: head.first_seq, last_seq: head.last_seq }
}

/** The last lines of a topic, in order. */
export async function lastLines(db: Db, topic: Topic, limit: number): Promise<LogLine[]> {
  const head = await findHead(db, topic)
  if (!head) return []
  const range = { after: head.first_seq - 1, upTo: head.last_seq, limit, order: 'desc' as const }
  return (await readEntries(db, head.id, range, { kinds: ['log'] })).reverse().map(lineOf)
}

/** A line as an object, with its message unescaped. */
export const lineOf = (entry: Entry): LogLine => JSON.parse(encodeLine(entry))

/** Streams the whole log, page by page and no faster than the client reads. */
async function download(
  db: Db,
  topic: Topic,
  head: Head,
  criteria: Criteria,
  { format, after, before }: Range & { format: 'text' | 'ndjson' },
  res: Response,
): Promise<undefined> {
  const encode = format === 'text' ? textOf : (entry: Entry) => `${encodeLine(entry)}\n`
  const range = { after: after ?? 0, upTo: before === undefined ? head.last_seq : before - 1 }
  const file = { name: topic.name, format: format === 'text' ? ('log' as const) : ('ndjson' as const) }
  await sendDownload(res, file, pagesOf(db, head.id, range, criteria, encode))
}

async function* pagesOf(
  db: Db,
  topicId: number,
  { after, upTo }: { after: number; upTo: number },
  criteria: Criteria,
  encode: (entry: Entry) => string,
): AsyncGenerator<string> {
  for (let from = after; from < upTo; ) {
    const entries = await readEntries(db, topicId, { after: from, upTo, limit: DOWNLOAD_PAGE }, criteria)
    if (entries.length) yield entries.map(encode).join('')
    from = entries.length < DOWNLOAD_PAGE ? upTo : (entries.at(-1)?.seq ?? upTo)
  }
}

/**
 * A line for people: a message cannot fake further lines, and colors are kept. Other formats have the original text.
 */
function textOf({ record }: Entry): string {
  const { timestamp, level, step, message } = decodeLine(record)
  const named = step === null ? '' : ` [${clean(step)}]`
  return `${timestamp} ${level.padEnd(5)}${named} ${indented(cleanColored(message))}\n`
}
