import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow } from '../../base/rows'
import { robotsOutcome } from '../../contract/crawl-reports'
import type { RobotsFile } from '../robots/read-robots'

const originRow = z.object({
  outcome: robotsOutcome,
  status_code: z.number().nullable(),
  detail: z.string().nullable(),
  robots: z.string(),
  fetched_at: z.date(),
})

/** The robots.txt of an origin as a crawl has found it. */
export const findOrigin = (db: Db, crawlId: string, origin: string) =>
  firstRow(
    db,
    originRow,
    'SELECT outcome, status_code, detail, robots, fetched_at FROM crawl_hosts WHERE crawl_id = ? AND origin = ?',
    [crawlId, origin],
  )

export interface NewOrigin {
  crawlId: string
  origin: string
  /** What politeness counts by. */
  host: string
  file: RobotsFile
  crawlDelaySeconds: number | null
  sitemaps: readonly string[]
}

export async function storeOrigin(db: Db, { crawlId, origin, host, file, ...facts }: NewOrigin): Promise<void> {
  const { outcome, statusCode, detail, text } = file
  await db.raw(
    `INSERT INTO crawl_hosts (crawl_id, origin, host, outcome, status_code, detail, crawl_delay_seconds, sitemaps, robots)
     VALUES (:crawlId, :origin, :host, :outcome, :statusCode, :detail, :delay, :sitemaps, :text)
     ON CONFLICT (crawl_id, origin) DO UPDATE SET outcome = excluded.outcome, status_code = excluded.status_code,
       detail = excluded.detail, crawl_delay_seconds = excluded.crawl_delay_seconds, sitemaps = excluded.sitemaps,
       robots = excluded.robots, fetched_at = now()`,
    {
      ...{ crawlId, origin, host, outcome, text },
      ...{ statusCode: statusCode as number, detail: detail as string, delay: facts.crawlDelaySeconds as number },
      sitemaps: [...facts.sitemaps],
    },
  )
}
