import type { Db } from '../../base/db'
import { absent, messageOf } from '../../base/errors'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import type { Jobs } from '../../jobs'
import type { Queries } from './queries'
import type { QueryRef } from './query'
import { openQueries } from './store'

const LOOK_MS = 10_000
/** A query that its job has not ended by then is ended without it. */
const GRACE_MS = 10_000
const QUERIES_MAX = 1_000

/** Ends queries whose job cannot: no worker is there, or it was cancelled before it began. */
export class QueryKeeper implements Part {
  readonly name = 'query keeper'
  private timer: NodeJS.Timeout | undefined
  private looking = false

  constructor(private readonly deps: { db: Db; log: Log; queries: Pick<Queries, 'end'>; jobs: Pick<Jobs, 'find'> }) {}

  async start() {
    this.timer = setInterval(() => void this.look(), LOOK_MS)
  }

  async stop() {
    clearInterval(this.timer)
  }

  async look(): Promise<void> {
    if (this.looking) return
    this.looking = true
    try {
      for (const query of await openQueries(this.deps.db, GRACE_MS, QUERIES_MAX)) await this.mend(query)
    } catch (error) {
      this.deps.log.warn('Open queries were not looked after', { error: messageOf(error) })
    } finally {
      this.looking = false
    }
  }

  private async mend(query: QueryRef & { overdue: boolean }) {
    const { queries, jobs } = this.deps
    if (query.overdue) return queries.end(query, 'deadline')
    const job = await jobs.find(query).catch(absent) // its history may be gone
    if (!job || job.status === 'cancelled' || job.status === 'failed') await queries.end(query, 'cancelled')
  }
}
