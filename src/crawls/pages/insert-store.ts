import { binaryTexts, plainArray } from '../../base/array-literal'
import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { countRow, idRow, idsOf, manyRows, oneRow } from '../../base/rows'
import type { CrawlRef } from './crawl-ref-store'
import { LINK_REASONS, type PageRecord, type ReadPage } from './page-record'

export interface PageOf {
  crawlId: string
  tenantId: string
  page: PageRecord
}
/** A read page with its content, packed. */
export interface PackedPage extends PageOf {
  page: PageRecord & { read: ReadPage }
  packed: { content: Buffer; body: Buffer | null }
}

/** Crawls that have not ended, locked so that they do not end before the commit. */
export async function lockOpen(trx: Transaction, crawlIds: readonly string[]): Promise<ReadonlySet<string>> {
  const sql = 'SELECT id FROM crawls WHERE id = ANY(?::uuid[]) AND ended_at IS NULL ORDER BY id FOR KEY SHARE'
  return new Set(idsOf(await manyRows(trx, idRow, sql, [crawlIds])))
}

const storedRow = z.object({ crawl_id: z.string(), key: z.string() })

/**
 * Inserts URLs that are settled, in the given order, which has to be the same in every process. One that was skipped before
 * may be replaced by its fetch, and one that a link was the reason for by what another link came to; everything else is
 * stored once.
 * @returns what was stored
 */
export async function insertPages(trx: Transaction, list: readonly PageOf[]): Promise<z.output<typeof storedRow>[]> {
  const column = <Value>(value: (page: PageRecord, each: PageOf) => Value) => list.map(each => value(each.page, each))
  const texts = (value: (page: PageRecord, each: PageOf) => string | null) => binaryTexts(column(value).map(withoutNul))
  const plain = (value: (page: PageRecord) => number | boolean | string | null) => plainArray(column(value))
  return manyRows(
    trx,
    storedRow,
    `INSERT INTO crawl_pages (crawl_id, key, tenant_id, url, final_url, final_key, host, depth, outcome, reason, explanation,
       status_code, title, description, content_type, bytes, first_byte_ms, duration_ms, noindex, content_hash, text_hash,
       found_on, links, mixed_content, redirects, is_external)
     SELECT crawl_id::uuid, key, tenant_id::uuid, url, final_url, final_key, host, depth, outcome, reason, explanation,
       status_code, title, description, content_type, bytes, first_byte_ms, duration_ms, noindex, decode(content_hash, 'hex'),
       decode(text_hash, 'hex'), found_on, links::bigint[], mixed_content, redirects, is_external
     FROM unnest(?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::smallint[], ?::text[],
       ?::text[], ?::text[], ?::smallint[], ?::text[], ?::text[], ?::text[], ?::integer[], ?::real[], ?::real[], ?::boolean[],
       ?::text[], ?::text[], ?::bigint[], ?::text[], ?::smallint[], ?::smallint[], ?::boolean[])
       AS t(crawl_id, key, tenant_id, url, final_url, final_key, host, depth, outcome, reason, explanation, status_code, title,
         description, content_type, bytes, first_byte_ms, duration_ms, noindex, content_hash, text_hash, found_on, links,
         mixed_content, redirects, is_external)
     ON CONFLICT (crawl_id, key) DO UPDATE SET
       final_url = excluded.final_url, final_key = excluded.final_key, depth = excluded.depth, outcome = excluded.outcome,
       reason = excluded.reason, explanation = excluded.explanation, status_code = excluded.status_code,
       title = excluded.title, description = excluded.description, content_type = excluded.content_type,
       bytes = excluded.bytes, first_byte_ms = excluded.first_byte_ms, duration_ms = excluded.duration_ms,
       noindex = excluded.noindex, content_hash = excluded.content_hash, text_hash = excluded.text_hash,
       found_on = excluded.found_on, links = excluded.links, mixed_content = excluded.mixed_content,
       redirects = excluded.redirects, fetched_at = excluded.fetched_at
     WHERE crawl_pages.outcome = 'skipped' AND crawl_pages.status_code IS NULL AND (excluded.outcome <> 'skipped'
       OR (crawl_pages.reason = ANY(?) AND excluded.reason <> ALL(?)))
     RETURNING crawl_id, key::text AS key`,
    [
      texts((_, { crawlId }) => crawlId),
      plain(({ key }) => key),
      texts((_, { tenantId }) => tenantId),
      texts(({ url }) => url),
      texts(({ finalUrl }) => finalUrl),
      plain(({ finalKey }) => finalKey),
      texts(({ host }) => host),
      plain(({ depth }) => depth),
      texts(({ outcome }) => outcome),
      texts(({ reason }) => reason),
      texts(({ explanation }) => explanation),
      plain(({ statusCode }) => statusCode),
      texts(({ read }) => read?.title ?? null),
      texts(({ read }) => read?.description ?? null),
      texts(({ contentType }) => contentType),
      plain(({ bytes }) => bytes),
      plain(({ firstByteMs }) => firstByteMs),
      plain(({ durationMs }) => durationMs),
      plain(({ read }) => read?.noindex ?? false),
      texts(({ read }) => read?.contentHash?.toString('hex') ?? null),
      texts(({ read }) => read?.textHash?.toString('hex') ?? null),
      plain(({ from }) => from),
      texts(({ read }) => (read ? plainArray(read.links) : null)),
      plain(({ read }) => read?.content.mixed_content.length ?? 0),
      plain(({ redirects }) => redirects),
      plain(({ isExternal }) => isExternal),
      ...[[...LINK_REASONS], [...LINK_REASONS]],
    ],
  )
}

/** Inserts the contents of pages that were just stored. */
export async function insertContents(trx: Transaction, list: readonly PackedPage[]): Promise<void> {
  const rows = list.map(() => '(?::uuid, ?::bigint, ?::bytea, ?, ?::bytea)').join()
  await trx.raw(
    `INSERT INTO crawl_contents (crawl_id, key, content, head, body) VALUES ${rows} ON CONFLICT (crawl_id, key) DO NOTHING`,
    list.flatMap(({ crawlId, page, packed }) => [
      ...[crawlId, page.key, packed.content],
      ...[withoutNul(page.read.archived?.head ?? null), packed.body],
    ]) as string[],
  )
}

/** How many URLs of a crawl have a line in its log: links that are not followed have none. */
export async function countLogged(db: Db, { tenantId, id }: CrawlRef): Promise<number> {
  const { count } = await oneRow(
    db,
    countRow,
    `SELECT count(*)::integer AS count FROM crawl_pages WHERE crawl_id = ? AND tenant_id = ?
       AND (outcome <> 'skipped' OR status_code IS NOT NULL OR reason = 'robots')`,
    [id, tenantId],
  )
  return count
}

/** PostgreSQL text cannot hold NUL. */
const withoutNul = (text: string | null) => (text?.includes('\0') ? text.replaceAll('\0', '\ufffd') : text)
