import { type Db, likePattern } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { CrawlRef } from './crawl-ref-store'
import { PAGE_COLUMNS, pageRow } from './page-rows'

const listedRow = pageRow.extend({ sorted_by: z.string() })
export type ListedPage = z.output<typeof listedRow>

export type PageSort = 'url' | '-duration_ms' | '-bytes' | 'depth' | 'fetched_at'

/** By order: the SQL expression, the type by which a cursor compares it, and the direction. */
const SORTED: Record<PageSort, readonly [expression: string, type: string, direction: 'ASC' | 'DESC']> = {
  url: ['p.url COLLATE "C"', 'text', 'ASC'],
  '-duration_ms': ['coalesce(p.duration_ms, -1)', 'real', 'DESC'],
  '-bytes': ['p.bytes', 'integer', 'DESC'],
  depth: ['p.depth', 'smallint', 'ASC'],
  fetched_at: ['p.fetched_at', 'timestamptz', 'ASC'],
}

export interface PageFilter {
  status?: readonly string[] | undefined
  reason?: readonly string[] | undefined
  host?: string | undefined
  status_code?: number | undefined
  /** In URL and title. */
  q?: string | undefined
  /** What the URL begins with. */
  prefix?: string | undefined
}

/** The last page of the previous one. */
export interface ListPosition {
  value: string
  key: string
}

/** Sorts after all URLs that begin with a prefix. */
const LAST_CHARACTER = '\u{10ffff}'

function conditionsOf({ status, reason, host, status_code, q, prefix }: PageFilter) {
  const conditions = ['p.crawl_id = :crawlId', 'p.tenant_id = :tenantId']
  if (status) conditions.push('p.outcome = ANY(:status::text[])')
  if (reason) conditions.push('p.reason = ANY(:reason::text[])')
  if (host !== undefined) conditions.push('p.host = :host')
  if (status_code !== undefined) conditions.push('p.status_code = :statusCode')
  if (q !== undefined) conditions.push('(p.url ILIKE :like OR p.title ILIKE :like)')
  if (prefix !== undefined) conditions.push('p.url COLLATE "C" >= :prefix AND p.url COLLATE "C" < :prefixEnd')
  const bindings = {
    ...{ status: status ?? [], reason: reason ?? [], host: host ?? '', statusCode: status_code ?? 0 },
    ...{ like: likePattern(q ?? ''), prefix: prefix ?? '', prefixEnd: (prefix ?? '') + LAST_CHARACTER },
  }
  return { where: conditions.join(' AND '), bindings }
}

export function listPages(
  db: Db,
  { tenantId, id }: CrawlRef,
  filter: PageFilter,
  { sort, after, limit }: { sort: PageSort; after: ListPosition | undefined; limit: number },
): Promise<ListedPage[]> {
  const { where, bindings } = conditionsOf(filter)
  const [expression, type, direction] = SORTED[sort]
  const beyond = direction === 'ASC' ? '>' : '<'
  const position = after ? `AND (${expression}, p.key) ${beyond} (CAST(:value AS ${type}), CAST(:key AS bigint))` : ''
  return manyRows(
    db,
    listedRow,
    `SELECT ${PAGE_COLUMNS}, (${expression})::text AS sorted_by FROM crawl_pages p
     WHERE ${where} ${position} ORDER BY ${expression} ${direction}, p.key ${direction} LIMIT :limit`,
    { ...bindings, tenantId, crawlId: id, value: after?.value ?? '', key: after?.key ?? '0', limit },
  )
}
