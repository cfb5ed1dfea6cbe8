import type { Db } from '../../base/db'
import { absent } from '../../base/errors'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import type { Jobs } from '../../jobs'
import { openCrawls } from './crawl-store'
import type { Crawls } from './crawls'

const INTERVAL_MS = 5_000
const CRAWLS_MAX = 1_000
/** A crawl is created before its job. */
const JOB_EXPECTED_MS = 60_000

/** Ends crawls whose job cannot do so: it was cancelled before it started, has failed for good, or does not exist. */
export class CrawlReaper implements Part {
  readonly name = 'crawl reaper'
  private timer: NodeJS.Timeout | undefined
  private current: Promise<void> | undefined

  constructor(
    private readonly deps: {
      db: Db
      log: Log
      crawls: Pick<Crawls, 'end'>
      jobs: Pick<Jobs, 'find'>
      isLeader(): boolean
    },
  ) {}

  async start() {
    this.timer = setInterval(() => {
      if (!this.deps.isLeader()) return
      const retry = logRetryable(this.deps.log, 'Cannot look after open crawls')
      this.current ??= this.run()
        .catch(retry)
        .finally(() => {
          this.current = undefined
        })
    }, INTERVAL_MS)
  }

  async stop() {
    clearInterval(this.timer)
    await this.current
  }

  async run(): Promise<void> {
    const { db, jobs, crawls } = this.deps
    for (const { id, tenant_id: tenantId, created_at } of await openCrawls(db, CRAWLS_MAX)) {
      const job = await jobs.find({ tenantId, id }).catch(absent)
      if (!job && Date.now() - created_at.getTime() < JOB_EXPECTED_MS) continue
      if (job?.status === 'cancelled') await crawls.end({ tenantId, id }, 'cancelled')
      else if (!job || job.status === 'failed' || job.status === 'completed')
        await crawls.end({ tenantId, id }, 'failed')
    }
  }
}
