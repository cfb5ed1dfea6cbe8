import { Counter, Histogram, type Registry } from '../../base/metrics'
import type { JobStatus } from '../../contract/jobs'
import { QUEUE_NAMES } from '../../contract/values'
import type { JobRow } from '../lifecycle/job'

/** Durations are counted in buckets that grow by a quarter: accurate to 12 %, from 1 ms to several days. */
const GROWTH = Math.log(1.25)
export const BUCKETS = 96

export const bucketOf = (ms: number) => Math.min(BUCKETS - 1, Math.ceil(Math.log(Math.max(1, ms)) / GROWTH))

/** The middle of a bucket, in ms. */
const middleOf = (bucket: number) => Math.exp((bucket - 0.5) * GROWTH)

/**
 * The value below which the given share of all durations lies.
 * @returns ms, or null if nothing was counted
 */
export function percentile(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, n) => sum + n, 0)
  if (total === 0) return null
  let left = share * total
  for (const [bucket, n] of counts.entries()) {
    left -= n
    if (left <= 0 && n > 0) return Math.round(middleOf(bucket) * 10) / 10
  }
  return null
}

/** Counts per bucket. */
export interface Durations {
  wait: number[]
  run: number[]
}

/** Medians and 95th percentiles, in ms. */
export const quantilesOf = ({ wait = [], run = [] }: Partial<Durations> = {}) => ({
  wait_ms: { p50: percentile(wait, 0.5), p95: percentile(wait, 0.95) },
  run_ms: { p50: percentile(run, 0.5), p95: percentile(run, 0.95) },
})

const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_800]

type About = Pick<JobRow, 'queue' | 'kind' | 'tenant_id'>

/** Counts of a tenant's jobs in one queue since the last time they were stored. */
export interface Tally extends Durations {
  queue: string
  tenantId: string
  completed: number
  failed: number
}

const none = () => new Array<number>(BUCKETS).fill(0)

/** Counts and times the jobs of this process, for Prometheus and for the queue page. */
export class JobMetrics {
  private readonly waitSeconds
  private readonly runSeconds
  private readonly completed
  private readonly failed
  private readonly stalls
  private readonly gaps
  private readonly reopens
  private readonly tallies = new Map<string, Tally>()

  constructor(registry: Registry) {
    const registers = [registry]
    this.waitSeconds = new Histogram({
      name: 'bullmq_job_wait_seconds',
      help: 'Time from when a job was ready to run to its first start.',
      labelNames: ['queue', 'kind'],
      buckets: SECONDS,
      registers,
    })
    this.runSeconds = new Histogram({
      name: 'bullmq_job_run_seconds',
      help: 'Duration of the attempts that ended a job.',
      labelNames: ['queue', 'kind', 'outcome'],
      buckets: SECONDS,
      registers,
    })
    const labelNames = ['queue']
    const perQueue = (name: string, help: string) => {
      const counter = new Counter({ name, help, labelNames, registers })
      for (const queue of QUEUE_NAMES) counter.inc({ queue }, 0) // otherwise Prometheus misses the first increment
      return counter
    }
    this.completed = perQueue('bullmq_job_completed_total', 'Jobs that were completed.')
    this.failed = perQueue('bullmq_job_failed_total', 'Jobs that failed for good.')
    this.gaps = perQueue('bullmq_events_gap_total', 'Number of times that events were trimmed before they were read.')
    this.reopens = perQueue(
      'bullmq_events_reopened_total',
      'Number of times that reading of events failed and was restarted.',
    )
    this.stalls = perQueue('bullmq_job_stalled_total', 'Runs whose worker stopped unexpectedly.')
  }

  /** @returns when it started, for `ended` */
  started(job: JobRow): number {
    const { queue, kind, attempt, created_at, run_at } = job
    const now = Date.now()
    if (attempt > 0) return now // a retry has not only waited in the queue
    const waitedMs = Math.max(0, now - (run_at ?? created_at).getTime())
    this.waitSeconds.observe({ queue, kind }, waitedMs / 1000)
    this.count(job, 'wait', waitedMs)
    return now
  }

  /** @param startedAt undefined for a parent whose own run ended before its children did */
  ended(job: About, outcome: JobStatus, startedAt?: number) {
    const { queue, kind } = job
    if (outcome === 'completed' || outcome === 'failed') {
      this[outcome].inc({ queue })
      this.tally(job)[outcome]++
    }
    if (startedAt === undefined) return
    const ranMs = Date.now() - startedAt
    this.runSeconds.observe({ queue, kind, outcome }, ranMs / 1000)
    this.count(job, 'run', ranMs)
  }

  stalled({ queue }: Pick<About, 'queue'>) {
    this.stalls.inc({ queue })
  }

  eventsTrimmed(queue: string) {
    this.gaps.inc({ queue })
  }

  eventsReopened(queue: string) {
    this.reopens.inc({ queue })
  }

  private count(job: About, what: keyof Durations, ms: number) {
    const counts = this.tally(job)[what]
    const bucket = bucketOf(ms)
    counts[bucket] = (counts[bucket] ?? 0) + 1
  }

  private tally({ queue, tenant_id: tenantId }: About): Tally {
    const key = `${tenantId} ${queue}`
    const known = this.tallies.get(key)
    if (known) return known
    const tally = { queue, tenantId, wait: none(), run: none(), completed: 0, failed: 0 }
    this.tallies.set(key, tally)
    return tally
  }

  /** @returns what was counted since the last call */
  takeTallies(): Tally[] {
    const taken = [...this.tallies.values()]
    this.tallies.clear()
    return taken
  }
}
