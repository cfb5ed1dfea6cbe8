import type { Audit } from '../access'
import { DEFAULT_TENANT_ID } from '../api'
import type { Db } from '../base/db'
import { messageOf } from '../base/errors'
import type { Part } from '../base/lifecycle'
import type { Registry } from '../base/metrics'
import type { RetentionTarget, Term } from '../base/retention'
import type { Actor } from '../contract/access'
import type { RetentionSwept } from '../contract/retention'
import { JobFailure, type JobsPlatform, type Run } from '../jobs'
import type { Writer } from '../streams'
import { cleanup, type SweepResult } from './kind'
import { createRetentionMetrics } from './metrics'
import { cutoff, lagSeconds, type Policy, policiesOf, type TermSetting } from './policies'
import { readTargets, withLock, writeCounted, writeError, writeMeasure, writeSwept } from './store'
import { sweepTarget } from './sweep'

/** A fixed minute of the hour, so that a restart does not delay the next sweep. */
const CRON = '17 * * * *'
export const SCHEDULE = 'retention'
const SYSTEM: Actor = { type: 'system', id: null, name: 'retention' }

export interface RetentionDeps {
  db: Db
  metrics: Registry
  jobs: JobsPlatform
  streams: Pick<Writer, 'write' | 'flush'>
  audit: Audit
  /** Targets of all areas. */
  targets: readonly RetentionTarget[]
  terms: Record<Term, TermSetting>
  /** Default: the system clock. */
  clock?: (() => Date) | undefined
}

/** Removes everything past its retention period in all areas, hourly or on request of an admin. */
export class Retention implements Part {
  readonly name = 'retention'
  readonly policies: readonly Policy[]
  readonly now: () => Date
  private readonly deleted

  constructor(readonly deps: RetentionDeps) {
    this.policies = policiesOf(deps.targets, deps.terms)
    this.now = deps.clock ?? (() => new Date())
    this.deleted = createRetentionMetrics(deps.metrics, () => this.lags())
    for (const { target } of this.policies) this.deleted.inc({ target: target.name }, 0)
  }

  /** Sets the schedule unless it is already set, because setting it again would restart its interval. */
  async start() {
    const { schedules } = this.deps.jobs
    const current = await schedules.find(DEFAULT_TENANT_ID, SCHEDULE)
    if (current?.cron === CRON && current.kind === cleanup.name) return
    const request = { tenantId: DEFAULT_TENANT_ID, name: SCHEDULE, timing: { cron: CRON, timezone: 'UTC' } }
    await schedules.set(cleanup, {}, { ...request, createdBy: SYSTEM })
  }

  async stop() {}

  /** How long the oldest item of each target is overdue for removal. */
  async lags() {
    const stored = await readTargets(this.deps.db)
    const now = this.now()
    return this.policies.map(policy => {
      const { name } = policy.target
      return { target: name, seconds: lagSeconds(policy, stored.get(name)?.oldest ?? null, now) }
    })
  }

  /**
   * Runs a `cleanup` job, with a step per target.
   * @throws Error if another process is sweeping, so that the job is retried; JobFailure if a target failed
   */
  async perform(run: Run, input: { dry_run: boolean; reason?: string | undefined }): Promise<SweepResult> {
    const { dry_run } = input
    const outcome: SweepResult = { dry_run, counts: {}, errors: {} }
    try {
      if (dry_run) await this.eachTarget(run, outcome, policy => this.countOne(run, policy, outcome))
      else await this.sweepAll(run, outcome)
    } catch (error) {
      if (run.signal.aborted) await this.record(run, input, outcome, 'failed')
      throw error
    }
    const failed = Object.keys(outcome.errors)
    await this.record(run, input, outcome, failed.length ? 'failed' : 'ok')
    if (!dry_run) await this.publish(run, outcome)
    if (failed.length)
      throw new JobFailure(
        'targets_failed',
        `These targets could not be swept: ${failed.join(', ')}. See the job's log.`,
      )
    return outcome
  }

  private record(
    run: Run,
    { dry_run, reason }: { dry_run: boolean; reason?: string | undefined },
    outcome: SweepResult,
    result: 'ok' | 'failed',
  ) {
    return this.deps.audit.record({
      by: { tenantId: run.tenantId, actor: run.createdBy },
      action: dry_run ? 'retention.count' : 'retention.sweep',
      target: { type: 'job', id: run.id },
      reason,
      result,
      data: { ...outcome, interrupted: run.signal.aborted },
    })
  }

  private async sweepAll(run: Run, outcome: SweepResult) {
    const done = await withLock(this.deps.db, async stillHeld => {
      await this.eachTarget(run, outcome, policy => this.sweepOne(run, policy, outcome, stillHeld))
      return true
    })
    if (!done) throw new Error('Another process is sweeping. This job will be retried.')
  }

  /** Continues with the other targets if one fails. */
  private async eachTarget(run: Run, outcome: SweepResult, work: (policy: Policy) => Promise<void>) {
    for (const policy of this.policies) {
      const { name } = policy.target
      try {
        await run.step(name, () => work(policy))
      } catch (error) {
        run.signal.throwIfAborted()
        outcome.errors[name] = messageOf(error)
        await run.log.error(`${name}: ${messageOf(error)}`, { step: name })
        await writeError(this.deps.db, name, this.now(), messageOf(error))
      }
      run.progress(progressOf(outcome, name, this.policies.length))
    }
  }

  private async countOne(run: Run, policy: Policy, outcome: SweepResult) {
    const { name } = policy.target
    const now = this.now()
    run.signal.throwIfAborted()
    const count = await policy.target.count(cutoff(policy, now))
    outcome.counts[name] = count
    await writeCounted(this.deps.db, name, now, count)
    await this.measure(policy, now)
    await run.log.info(`${count} would be removed`)
  }

  private async sweepOne(run: Run, policy: Policy, outcome: SweepResult, stillHeld: () => Promise<unknown>) {
    const { name } = policy.target
    const now = this.now()
    let deleted = 0
    await stillHeld()
    await sweepTarget(policy.target, {
      before: cutoff(policy, now),
      signal: run.signal,
      onBatch: async count => {
        deleted += count
        outcome.counts[name] = deleted
        this.deleted.inc({ target: name }, count)
        run.progress(progressOf(outcome, name, this.policies.length))
        await stillHeld()
      },
    })
    await writeSwept(this.deps.db, name, now, deleted)
    await this.measure(policy, now)
    await run.log.info(`${deleted} removed`)
  }

  private async measure({ target }: Policy, now: Date) {
    await writeMeasure(this.deps.db, target.name, now, await target.measure())
  }

  /** The figures cover all tenants, so only the default tenant receives them. */
  private async publish(run: Run, { counts, errors }: SweepResult) {
    const { streams } = this.deps
    const data: RetentionSwept = { job_id: run.id, deleted: counts, failed: Object.keys(errors) }
    await streams.write({ tenantId: DEFAULT_TENANT_ID, name: 'events' }, [
      { kind: 'retention_swept', source: 'retention', data: { labels: {}, data } },
    ])
    await streams.flush()
  }
}

const progressOf = ({ dry_run, counts, errors }: SweepResult, target: string, targets: number) => ({
  target,
  targets,
  targets_done: new Set([...Object.keys(counts), ...Object.keys(errors)]).size,
  [dry_run ? 'deletable' : 'deleted']: Object.values(counts).reduce((sum, count) => sum + count, 0),
})
