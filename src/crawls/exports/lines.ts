import { csvTable } from '../../base/csv'
import type { PageDetail } from '../../contract/crawl-pages'

/** A line of JSON per page. */
export async function* jsonLines(pages: AsyncIterable<PageDetail>): AsyncGenerator<string> {
  for await (const page of pages) yield `${JSON.stringify(page)}\n`
}

const COLUMNS = [
  'url',
  'final_url',
  'outcome',
  'status_code',
  'reason',
  'explanation',
  'title',
  'description',
  'canonical',
  'lang',
  'noindex',
  'nofollow',
  'depth',
  'found_on',
  'content_type',
  'charset',
  'bytes',
  'first_byte_ms',
  'duration_ms',
  'content_hash',
  'last_modified',
  'fetched_at',
] as const satisfies (keyof PageDetail)[]

/**
 * A table of pages, with a column for each value that was extracted.
 * @param extracted names of these
 */
export const pageTable = (pages: AsyncIterable<PageDetail>, extracted: readonly string[], bom: boolean) =>
  csvTable({ own: COLUMNS, given: extracted, pages: rowsOf(pages, extracted), bom })

async function* rowsOf(pages: AsyncIterable<PageDetail>, extracted: readonly string[]): AsyncGenerator<unknown[][]> {
  for await (const page of pages)
    yield [[...COLUMNS.map(name => page[name]), ...extracted.map(name => page.extracted[name])]]
}
