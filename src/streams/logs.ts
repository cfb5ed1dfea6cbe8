import type { Response } from 'express'
import { clean, cleanColoured, indented } from '../../text/display'
import { ok } from '../api'
import type { Db } from '../base/db'
import { sendDownload } from '../base/download'
import type { LogLine, LogPage, LogQuery } from '../contract/logs'
import { encodeLine } from './encode'
import type { Entry, Topic } from './entry'
import { createFilter } from './filter'
import { type Head, readEntries, readHead, type Wanted } from './history'
import { parsePosition } from './position'

const DOWNLOAD_PAGE = 2_000

/** A page of a topic's log lines, or all of them as a download. */
export async function serveLog(db: Db, topic: Topic, query: LogQuery, res: Response) {
  const head = await readHead(db, topic)
  const wanted: Wanted = { ...createFilter({ ...query, types: undefined, source: undefined }).wanted, kinds: ['log'] }
  const range = { after: seqOf(query.after), before: seqOf(query.before) }
  if (query.format !== 'json') return download(db, topic, head, wanted, { ...range, format: query.format }, res)
  return ok(await page(db, head, wanted, { ...query, ...range, cursor: seqOf(query.cursor) }))
}

/** A position is given as a sequence number or as the id of an event. */
function seqOf(place: string | undefined): number | undefined {
  return place === undefined ? undefined : (parsePosition(place)?.seq ?? Number(place))
}

interface Range {
  after: number | undefined
  before: number | undefined
}

type PageQuery = Pick<LogQuery, 'limit' | 'order'> & Range & { cursor: number | undefined }

async function page(
  db: Db,
  head: Head,
  wanted: Wanted,
  { after, before, cursor, limit, order }: PageQuery,
): Promise<LogPage> {
  const down = order === 'desc'
  const from = Math.max(after ?? 0, (!down && cursor) || 0)
  const upTo = Math.min(before === undefined ? head.last_seq : before - 1, down && cursor ? cursor - 1 : head.last_seq)
  // `before` alone means the lines right before it, still in ascending order.
  const backwards = down || (before !== undefined && after === undefined && cursor === undefined)
  const found = await readEntries(
    db,
    head.id,
    { after: from, upTo, limit: limit + 1, order: backwards ? 'desc' : 'asc' },
    wanted,
  )
  const entries = found.slice(0, limit)
  const more = found.length > limit && backwards === down
  const next = more ? String(entries.at(-1)?.seq) : null
  if (backwards && !down) entries.reverse()
  return { items: entries.map(lineOf), next_cursor: next, first_seq: head.first_seq, last_seq: head.last_seq }
}

/** The line as an object; its message is stored JSON-escaped. */
export const lineOf = (entry: Entry): LogLine => JSON.parse(encodeLine(entry))

/** Streams the whole log, page by page and no faster than the client reads. */
async function download(
  db: Db,
  topic: Topic,
  head: Head,
  wanted: Wanted,
  { format, after, before }: Range & { format: 'text' | 'ndjson' },
  res: Response,
): Promise<undefined> {
  const encode = format === 'text' ? textOf : (entry: Entry) => `${encodeLine(entry)}\n`
  const range = { after: after ?? 0, upTo: before === undefined ? head.last_seq : before - 1 }
  const file = { name: topic.name, format: format === 'text' ? ('log' as const) : ('ndjson' as const) }
  await sendDownload(res, file, pagesOf(db, head.id, range, wanted, encode))
}

async function* pagesOf(
  db: Db,
  topicId: number,
  { after, upTo }: { after: number; upTo: number },
  wanted: Wanted,
  encode: (entry: Entry) => string,
): AsyncGenerator<string> {
  for (let from = after; from < upTo; ) {
    const entries = await readEntries(db, topicId, { after: from, upTo, limit: DOWNLOAD_PAGE }, wanted)
    if (entries.length) yield entries.map(encode).join('')
    from = entries.length < DOWNLOAD_PAGE ? upTo : (entries.at(-1)?.seq ?? upTo)
  }
}

/** A line for people: cannot imitate further lines, and keeps colours. Other formats have the original text. */
function textOf(entry: Entry): string {
  const message: string = JSON.parse(`"${entry.message ?? ''}"`)
  const step = entry.step === null ? '' : ` [${clean(entry.step)}]`
  return `${entry.at.toISOString()} ${(entry.level ?? 'info').padEnd(5)}${step} ${indented(cleanColoured(message))}\n`
}
