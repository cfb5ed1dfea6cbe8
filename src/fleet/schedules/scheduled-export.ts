import type { ServerResponse } from 'node:http'
import { csvTable } from '../../base/csv'
import type { Db } from '../../base/db'
import { sendDownload } from '../../base/download'
import { Problem } from '../../base/errors'
import {
  latestScheduled,
  listScheduled,
  type ScheduledFilter,
  type ScheduledRow,
  scheduledColumns,
} from './scheduled-store'

const PAGE_ROWS = 1_000
const COLUMNS_MAX = 1_000
const OWN_COLUMNS = ['name', 'action', 'at', 'received_at', 'epoch', 'counter']

/** Streams every matching row, newest first, starting with the latest one at the time of the request. */
export async function exportScheduled(
  db: Db,
  filter: ScheduledFilter,
  { format, bom }: { format: 'csv' | 'ndjson'; bom: boolean },
  res: ServerResponse,
): Promise<void> {
  const upTo = await latestScheduled(db, filter)
  const pages = pagesOf(db, filter, upTo)
  const given = format === 'csv' ? await columnsOf(db, filter, upTo) : []
  const pieces =
    format === 'csv' ? csvTable({ own: OWN_COLUMNS, given, pages: csvPages(given, pages), bom }) : ndjson(pages)
  await sendDownload(res, { name: `scheduled-${filter.hostId}`, format }, pieces)
}

/** @throws Problem 413 if there are too many */
async function columnsOf(db: Db, filter: ScheduledFilter, upTo: number): Promise<string[]> {
  const columns = await scheduledColumns(db, filter, upTo, COLUMNS_MAX + 1)
  if (columns.length <= COLUMNS_MAX) return columns
  const detail = `These results have more than ${COLUMNS_MAX} columns: select one query by \`name\`, or use ndjson.`
  throw new Problem(413, 'too_many_columns', detail)
}

async function* pagesOf(db: Db, filter: ScheduledFilter, upTo: number): AsyncGenerator<ScheduledRow[]> {
  for (let before: number | undefined = upTo + 1; before !== undefined; ) {
    const page: ScheduledRow[] = await listScheduled(db, filter, { before, limit: PAGE_ROWS })
    yield page
    before = page.length < PAGE_ROWS ? undefined : page.at(-1)?.id
  }
}

async function* csvPages(
  columns: readonly string[],
  pages: AsyncIterable<ScheduledRow[]>,
): AsyncGenerator<unknown[][]> {
  for await (const page of pages)
    yield page.map(({ name, action, at, received_at, epoch, counter, columns: text }) => {
      const values: Record<string, unknown> = JSON.parse(text)
      const times = [at.toISOString(), received_at.toISOString()]
      return [name, action, ...times, epoch, counter, ...columns.map(column => values[column])]
    })
}

async function* ndjson(pages: AsyncIterable<ScheduledRow[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map(row => `${encodeScheduled(row)}\n`).join('')
}

/** Encodes a row with its stored JSON unchanged. */
function encodeScheduled({ id, columns, decorations, ...row }: ScheduledRow): string {
  return `${JSON.stringify({ id: String(id), ...row }).slice(0, -1)},"columns":${columns},"decorations":${decorations ?? 'null'}}`
}
