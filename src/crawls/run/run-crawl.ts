import { setTimeout as delay } from 'node:timers/promises'
import { counted } from '../../../text/numbers'
import { absent } from '../../base/errors'
import { ignoreOutage, isOutage } from '../../base/outage'
import type { CrawlSettings } from '../../contract/crawl-settings'
import type { CrawlPhase } from '../../contract/crawls'
import { JobFailure, type Jobs, type Run } from '../../jobs'
import { crawlAlerts } from '../crawls/crawl-alerts'
import type { CrawlRow } from '../crawls/crawl-store'
import { SecretsMissing } from '../crawls/crawls'
import type { CrawlResult } from '../crawls/kind'
import { siteNameOf } from '../crawls/shown-crawl'
import type { ActiveCrawls } from '../frontier/active'
import { countLogged } from '../pages/insert-store'
import { analyse } from '../reports/analyse'
import { brokenFacts } from './broken-facts-store'
import { Crawler } from './crawler'
import { createSite, type SiteDeps } from './create-site'
import { discover } from './discover'
import { rebuild } from './rebuild'
import type { Site } from './site'
import { type FinalState, limitsOf, Supervisor } from './supervisor'

export interface RunCrawlDeps extends SiteDeps {
  jobs: Pick<Jobs, 'find'>
  active: ActiveCrawls
  /** Crawls that this process runs: others take part in them. */
  own: Set<string>
}

const RETRY_MS = 1_000

/**
 * Handles a job of kind `crawl`. Its state is in Redis and PostgreSQL: if its worker is lost, the next run goes on, and if
 * Redis loses the frontier, it is built again.
 */
export async function runCrawl(run: Run, settings: CrawlSettings, deps: RunCrawlDeps): Promise<CrawlResult> {
  const ref = { tenantId: run.tenantId, id: run.id }
  try {
    const opened = await open(run, settings, deps)
    if (opened.ended_at && opened.findings) return resultOf(opened, opened.findings.broken_link ?? 0)
    // it was stopped, and its job is run again: it goes on where it was
    if (opened.ended_at) await deps.crawls.reopen(ref)
    const row = (await deps.crawls.apply({ does: 'start', crawl: ref })) ?? opened
    const site = createSite(row, deps)
    deps.own.add(run.id)
    try {
      return await crawl(run, site, row, deps)
    } finally {
      deps.own.delete(run.id)
      await site.parts.fetcher.close()
    }
  } catch (error) {
    // a worker that is being stopped leaves the crawl to the next one
    if (run.signal.aborted && (await deps.jobs.find(ref).catch(absent))?.cancel) await deps.crawls.end(ref, 'cancelled')
    throw error
  }
}

async function open({ id, tenantId, createdBy }: Run, settings: CrawlSettings, { crawls }: RunCrawlDeps) {
  const existing = await crawls.find({ id, tenantId }).catch(absent)
  if (existing) return existing
  try {
    return await crawls.open({ id, tenantId, createdBy, settings })
  } catch (error) {
    if (error instanceof SecretsMissing) throw new JobFailure('secrets_missing', error.message)
    throw error
  }
}

async function crawl(run: Run, site: Site, row: CrawlRow, deps: RunCrawlDeps): Promise<CrawlResult> {
  const { crawls, active, db } = deps
  const supervisor = new Supervisor(run, site, deps, row)
  try {
    const { counts, endedBecause } = await fetchAll(run, site, supervisor, deps)
    supervisor.phase = 'analyse'
    supervisor.progress(counts)
    const { tenantId, id: crawlId } = site.ref
    const crawl = { tenantId, crawlId, previousId: row.previous_id }
    const findings = await run.step('analyse', () => insist(run, () => analyse(db, crawl, run.signal)))
    supervisor.phase = 'export'
    await run.step('export', () => run.log.info(`Ready to export: ${counted(counts.fetched, 'page')}`))
    await supervisor.stop()
    await supervisor.spaced()
    const broken = await insist(run, () => brokenFacts(db, site.ref))
    const own = { tenantId, siteHash: row.site_hash, siteName: siteNameOf(row.settings) }
    const alerts = crawlAlerts({ ...own, crawlId, settings: row.settings, endedBecause, ...broken })
    await crawls.apply({ does: 'end', crawl: site.ref, because: endedBecause, counts, findings, alerts })
    await forget(site, active)
    return resultOf(await crawls.find(site.ref), broken.broken)
  } finally {
    await supervisor.stop()
  }
}

/** Redis forgets by itself what cannot be deleted while it is away. */
async function forget(site: Site, active: ActiveCrawls) {
  await Promise.all([site.parts.frontier.drop(), active.withdraw(site.ref.id)]).catch(ignoreOutage)
}

const AFTER_DISCOVERY: readonly (CrawlPhase | null)[] = ['fetch', 'analyse', 'export']

/** Fetches until nothing is left, over outages and lost frontiers. */
async function fetchAll(
  run: Run,
  site: Site,
  supervisor: Supervisor,
  { db, crawls }: RunCrawlDeps,
): Promise<FinalState> {
  for (;;) {
    run.signal.throwIfAborted()
    const isNew = await insist(run, () => site.parts.frontier.open(limitsOf(supervisor.stored)))
    const end = await insist(run, () => supervisor.finalState())
    if (end) return end
    supervisor.start()
    if (isNew && (await insist(run, () => countLogged(db, site.ref)))) {
      await run.log.warn('Finding again what was still to be fetched, from what is stored')
      await insist(run, () => rebuild(site, db, run.signal))
    }
    if (!AFTER_DISCOVERY.includes(supervisor.phase))
      await run.step('discover', () => insist(run, () => discover(run, site, db)))
    if (!(await insist(run, () => site.parts.frontier.endSeeding()))) continue
    supervisor.phase = 'fetch'
    await insist(run, () => supervisor.report())
    const crawlerEnd = await run.step('fetch', async () => {
      const ended = await new Crawler(site, run.signal).run()
      run.countLines('fetch', await insist(run, () => countLogged(db, site.ref)))
      return ended
    })
    // ended by somebody: the job is about to be cancelled
    if (crawlerEnd !== 'done' && (await insist(run, () => crawls.find(site.ref))).ended_at)
      await delay(RETRY_MS, undefined, { signal: run.signal })
  }
}

/** Repeats work while Redis or PostgreSQL is away. */
async function insist<Result>(run: Run, work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (run.signal.aborted || !isOutage(error)) throw error
      await delay(RETRY_MS, undefined, { signal: run.signal })
    }
  }
}

const resultOf = ({ id, ended_because, counts }: CrawlRow, broken: number): CrawlResult => ({
  ...{ crawl_id: id, ended_because: ended_because ?? 'failed' },
  ...{ fetched: counts.fetched, failed: counts.failed, broken_links: broken },
})
