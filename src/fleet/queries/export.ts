import type { ServerResponse } from 'node:http'
import { csvTable } from '../../base/csv'
import type { Db } from '../../base/db'
import { sendDownload } from '../../base/download'
import type { QueryRow } from './query-store'
import { listResults, type ResultFilter, type ResultRow } from './result-store'

/** Small, because rows may be large and a page is held in memory. */
const PAGE_ROWS = 500
const HOST_COLUMNS = ['host_id', 'host_identifier', 'hostname']

export interface ExportForm {
  format: 'csv' | 'ndjson'
  /** Whether to start CSV with a byte order mark, by which spreadsheets recognize UTF-8. */
  bom: boolean
}

/** Streams every row of a query, one line each, with its host. */
export async function exportResults(
  db: Db,
  query: QueryRow,
  filter: ResultFilter,
  { format, bom }: ExportForm,
  res: ServerResponse,
): Promise<void> {
  const pages = rowsOf(db, query, filter)
  const { columns } = query
  const pieces =
    format === 'csv'
      ? csvTable({ own: HOST_COLUMNS, given: columns, pages: csvPages(columns, pages), bom })
      : ndjson(pages)
  await sendDownload(res, { name: `query-${query.id}`, format }, pieces)
}

async function* rowsOf(db: Db, { tenant_id, id }: QueryRow, filter: ResultFilter): AsyncGenerator<ResultRow[]> {
  let after: readonly unknown[] | undefined
  for (;;) {
    const page = await listResults(db, { tenantId: tenant_id, id }, filter, { after, limit: PAGE_ROWS })
    yield page.filter(({ row }) => row !== null)
    after = page.at(-1)?.position
    if (page.length < PAGE_ROWS) return
  }
}

async function* csvPages(columns: readonly string[], pages: AsyncIterable<ResultRow[]>): AsyncGenerator<unknown[][]> {
  for await (const page of pages)
    yield page.map(({ host_id, host_identifier, hostname, row }) => {
      return [host_id, host_identifier, hostname, ...columns.map(name => row?.[name])]
    })
}

async function* ndjson(pages: AsyncIterable<ResultRow[]>): AsyncGenerator<string> {
  for await (const page of pages)
    yield page
      .map(
        ({ host_id, host_identifier, hostname, row }) =>
          `${JSON.stringify({ host_id, host_identifier, hostname, row })}\n`,
      )
      .join('')
}
