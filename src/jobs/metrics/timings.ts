import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import type { JobMetrics } from './job-metrics'
import { addTally } from './timing-store'

const STORE_MS = 5_000

interface Deps {
  db: Db
  metrics: JobMetrics
  log: Log
  /** Each process has its own rows. */
  process: string
}

/** How long jobs wait and run, as measured by all processes. */
export class Timings implements Part {
  readonly name = 'job timings'
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly deps: Deps) {}

  async start() {
    this.timer = setInterval(() => void this.store(), STORE_MS)
    this.timer.unref()
  }

  async stop() {
    clearInterval(this.timer)
    await this.store()
  }

  /** Adds what this process has measured since the last call to its rows. */
  async store() {
    const { db, metrics, process, log } = this.deps
    for (const tally of metrics.takeTallies())
      await addTally(db, process, tally).catch(logRetryable(log, 'Cannot store timings', { queue: tally.queue }))
  }
}
