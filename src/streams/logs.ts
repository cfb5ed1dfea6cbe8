import type { Response } from 'express'
import { clean, cleanColoured, indented } from '../../text/display'
import { ok, type Reply } from '../access'
import type { Db } from '../base/db'
import { sendDownload } from '../base/download'
import { encodeLine } from './encode'
import type { Entry, Topic } from './entry'
import { createFilter } from './filter'
import { type Head, readEntries, readHead, type Wanted } from './history'
import type { LogQuery } from './log-query'

const DOWNLOAD_PAGE = 2_000

/** A page of a topic's log lines, or all of them as a download. */
export async function serveLogs(db: Db, topic: Topic, query: LogQuery, res: Response): Promise<Reply | undefined> {
  const head = await readHead(db, topic)
  const wanted: Wanted = { ...createFilter({ ...query, types: undefined, source: undefined }).wanted, kinds: ['log'] }
  if (query.format !== 'json') return download(db, topic, head, wanted, query, res)
  return ok(await page(db, head, wanted, query))
}

async function page(db: Db, head: Head, wanted: Wanted, { after, before, cursor, limit, order }: LogQuery) {
  const down = order === 'desc'
  const from = Math.max(after ?? 0, (!down && cursor) || 0)
  const upTo = Math.min(before === undefined ? head.last_seq : before - 1, down && cursor ? cursor - 1 : head.last_seq)
  // `before` alone means the lines right before it, still told in their order.
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

/** The line as an object; its message was kept as JSON escapes. */
export const lineOf = (entry: Entry): unknown => JSON.parse(encodeLine(entry))

/** Streams the whole log, page by page and no faster than the client reads. */
async function download(
  db: Db,
  topic: Topic,
  head: Head,
  wanted: Wanted,
  { format, after, before }: LogQuery,
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

/** A line for people: nothing in it can be taken for a line of its own. Colours stay; as it was sent it is in the other formats. */
function textOf(entry: Entry): string {
  const message: string = JSON.parse(`"${entry.message ?? ''}"`)
  const step = entry.step === null ? '' : ` [${clean(entry.step)}]`
  return `${entry.at.toISOString()} ${(entry.level ?? 'info').padEnd(5)}${step} ${indented(cleanColoured(message))}\n`
}
