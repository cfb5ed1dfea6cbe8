import type { Db } from '../../base/db'
import { absent, messageOf } from '../../base/errors'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import type { Jobs } from '../../jobs'
import type { Queries } from './queries'
import type { QueryRef } from './query-store'
import { openQueries } from './query-store'

const INTERVAL_MS = 10_000
/** How long after its deadline a query is ended without its job. */
const GRACE_MS = 10_000
const QUERIES_MAX = 1_000

/** Ends queries whose job cannot do so: there is no worker, or the job was cancelled before it started. */
export class QueryReaper implements Part {
  readonly name = 'query reaper'
  private timer: NodeJS.Timeout | undefined
  private isRunning = false

  constructor(private readonly deps: { db: Db; log: Log; queries: Pick<Queries, 'end'>; jobs: Pick<Jobs, 'find'> }) {}

  async start() {
    this.timer = setInterval(() => void this.run(), INTERVAL_MS)
  }

  async stop() {
    clearInterval(this.timer)
  }

  async run(): Promise<void> {
    if (this.isRunning) return
    this.isRunning = true
    try {
      for (const query of await openQueries(this.deps.db, GRACE_MS, QUERIES_MAX)) await this.check(query)
    } catch (error) {
      this.deps.log.warn('Cannot check open queries, will retry', { error: messageOf(error) })
    } finally {
      this.isRunning = false
    }
  }

  private async check(query: QueryRef & { overdue: boolean }) {
    const { queries, jobs } = this.deps
    if (query.overdue) return queries.end(query, 'deadline')
    const job = await jobs.find(query).catch(absent) // it may have been deleted
    if (!job || job.status === 'cancelled' || job.status === 'failed') await queries.end(query, 'cancelled')
  }
}
