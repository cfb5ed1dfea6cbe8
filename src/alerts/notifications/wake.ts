import type { Db } from '../../base/db'
import { newId } from '../../base/ids'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import type { Actor } from '../../contract/access'
import type { Jobs } from '../../jobs'
import type { Effect, TopicEntries, Writer } from '../../streams'
import { replaceJob } from './job-store'
import { notify } from './kinds'
import { LIFE_MS } from './retry'
import { type DueHead, findDue, makeDue } from './send-store'

const INTERVAL_MS = 10_000
/** So late that its job must have been lost. */
const OVERDUE_MS = 20_000
const HEADS_MAX = 1_000
export const NOTIFIER: Actor = { type: 'system', id: null, name: 'notifications' }

export interface WakeDeps {
  db: Db
  streams: Pick<Writer, 'commit'>
  jobs: Pick<Jobs, 'enqueueIn' | 'hasten'>
  log: Log
}

/** Sees to it that whatever is due has a job that runs now: after a receiver has recovered, and when jobs were lost. */
export class Waker implements Part {
  readonly name = 'notifications'
  private timer: NodeJS.Timeout | undefined
  private running: Promise<void> | undefined
  private readonly effect: Effect<DueHead, void>

  constructor(private readonly deps: WakeDeps) {
    this.effect = newJobs(deps.jobs)
  }

  async start() {
    const warn = logRetryable(this.deps.log, 'Cannot look for overdue notifications, will retry', {}, 'warn')
    this.timer = setInterval(() => {
      this.running ??= this.sweep(OVERDUE_MS)
        .catch(warn)
        .finally(() => {
          this.running = undefined
        })
    }, INTERVAL_MS)
  }

  async stop() {
    clearInterval(this.timer)
    await this.running
  }

  /** What waits for a receiver is tried now, whenever it was to be. */
  async wake({ id }: { id: string }): Promise<void> {
    await makeDue(this.deps.db, id)
    await this.run({ receiverId: id, overdueMs: 0 })
  }

  /** @param overdueMs of those whose jobs have had their chance */
  sweep(overdueMs: number): Promise<void> {
    return this.run({ overdueMs })
  }

  private async run(which: { receiverId?: string; overdueMs: number }) {
    const expiredBefore = new Date(Date.now() - LIFE_MS)
    const heads = await findDue(this.deps.db, { ...which, expiredBefore, limit: HEADS_MAX })
    const lost = heads.filter(head => !head.has_job)
    await Promise.all(lost.map(head => this.deps.streams.commit(this.effect, head)))
    const waiting = heads.flatMap(({ has_job, job_id }) => (has_job && job_id ? [job_id] : []))
    if (waiting.length) await this.deps.jobs.hasten('notifications', waiting)
  }
}

/** Gives notifications new jobs. Another process may have done so in between. */
const newJobs = (jobs: WakeDeps['jobs']): Effect<DueHead, void> => ({
  name: 'alerts.notify-again',
  async apply(trx, items) {
    const entries: TopicEntries[][] = []
    for (const head of items) {
      const jobId = newId()
      const isOurs = await replaceJob(trx, head, jobId)
      entries.push(isOurs ? await jobs.enqueueIn(trx, [{ ...jobOf(head), request: requestOf(head, jobId) }]) : [])
    }
    return { results: items.map(() => undefined), entries }
  },
})

const requestOf = ({ tenant_id }: DueHead, id: string) => ({ tenantId: tenant_id, createdBy: NOTIFIER, id })
const jobOf = ({ receiver_id, group_id, id }: DueHead) => ({
  kind: notify,
  input: { receiver_id, group_id, notification_id: id },
})
