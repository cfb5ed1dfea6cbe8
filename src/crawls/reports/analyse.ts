import type { Db } from '../../base/db'
import type { FindingType } from '../../contract/crawl-reports'
import { type CrawlRef, requireCrawl } from '../pages/crawl-ref-store'
import { BrokenAnalysis } from './broken-analysis'
import { addBrokenFindings, addBrokenPages, markNew, removeUnlinked } from './broken-analysis-store'
import { addDuplicates } from './duplicates-store'
import { clearFindings, countFindings } from './finding-store'
import { addOrphanCandidates, listAliasesOfOrphans, removeLinkedOrphans, removeOrphansByAlias } from './orphan-store'
import { addPageFindings } from './page-findings-store'
import { rangesOf } from './page-ranges'
import { addReadFindings } from './read-findings'
import { updateStatistics } from './statistics-store'

/** Pages per statement, which may have some thousand links each. */
const RANGE_PAGES = 500
const SLOW_MS = 2_000

interface AnalyseInput {
  tenantId: string
  crawlId: string
  /** The crawl of the same site before this one. */
  previousId: string | null
  /** Pages that take longer are slow. */
  slowMs?: number
}

/**
 * Finds what is worth a look in the pages of a crawl, and its broken links. Done again, it gives the same; what is stored
 * counts once the crawl has its number of findings. @returns how many there are of each type
 */
export async function analyse(
  db: Db,
  { tenantId, crawlId, previousId, slowMs = SLOW_MS }: AnalyseInput,
  signal: AbortSignal,
): Promise<Record<FindingType, number>> {
  const { ref, settings } = await requireCrawl(db, tenantId, crawlId)
  await updateStatistics(db)
  await clearFindings(db, ref, signal)
  let broken = 0
  for await (const range of rangesOf(db, ref, RANGE_PAGES, signal)) {
    await addPageFindings(db, ref, range, slowMs)
    await addReadFindings(db, ref, range)
    broken += await addBrokenPages(db, ref, range)
  }
  await addDuplicates(db, ref, 'duplicate_content')
  signal.throwIfAborted()
  await addDuplicates(db, ref, 'duplicate_title')
  signal.throwIfAborted()
  const orphans = await addOrphanCandidates(db, ref)
  if (broken || orphans) await readLinks(db, ref, { broken, orphans, stripTracking: settings.strip_tracking }, signal)
  await removeUnlinked(db, ref)
  if (previousId !== null) await markNew(db, ref, previousId)
  await addBrokenFindings(db, ref)
  return countFindings(db, ref)
}

interface ToRead {
  broken: number
  orphans: number
  stripTracking: boolean
}

/** Goes through the links of all pages: who has the broken ones, and which pages of sitemaps are linked. */
async function readLinks(db: Db, crawl: CrawlRef, { broken, orphans, stripTracking }: ToRead, signal: AbortSignal) {
  const analysis = new BrokenAnalysis(db, crawl, { stripTracking })
  for await (const range of rangesOf(db, crawl, RANGE_PAGES, signal)) {
    if (broken) await analysis.read(range)
    if (orphans) await removeLinkedOrphans(db, crawl, range)
  }
  await analysis.flush()
  if (!orphans) return
  const aliases = (await listAliasesOfOrphans(db, crawl)).map(({ key }) => key)
  if (!aliases.length) return
  for await (const range of rangesOf(db, crawl, RANGE_PAGES, signal))
    await removeOrphansByAlias(db, crawl, range, aliases)
}
