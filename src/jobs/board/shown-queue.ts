import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import type { Job, Queue } from 'bullmq'
import type { Db } from '../../base/db'
import { redact } from '../../base/redact'
import { lastLines } from '../../streams'

/** Each costs two Redis commands; the queue page has all of them. */
const SCHEDULERS_MAX = 100

/** The live page of a job has all of them. */
const LINES_MAX = 100

interface ShownQueueOptions {
  readOnly: boolean
  db: Db
}

/**
 * A queue as the board shows it: every job links to its live page, lines come from the history, and reads are bounded.
 */
export class ShownQueue extends BullMQAdapter {
  readonly #queue: Queue
  readonly #db: Db

  constructor(queue: Queue, { readOnly, db }: ShownQueueOptions) {
    super(queue, {
      readOnlyMode: readOnly,
      externalJobUrl: ({ id }) => ({ displayText: 'Live page', href: `/jobs/${encodeURIComponent(String(id))}` }),
    })
    this.#queue = queue
    this.#db = db
  }

  override async getJobLogs(id: string): Promise<string[]> {
    const job: Job<{ tenant_id: string }> | undefined = await this.#queue.getJob(id)
    if (!job) return []
    const lines = await lastLines(this.#db, { tenantId: job.data.tenant_id, name: `job:${id}` }, LINES_MAX)
    return lines.map(({ timestamp, level, message }) => `${timestamp} ${level} ${message}`)
  }

  override async getJobSchedulers() {
    const schedulers = await this.#queue.getJobSchedulers(0, SCHEDULERS_MAX - 1)
    return schedulers.map(({ key, name, pattern, every, tz, next }) => {
      const timing = { ...(pattern && { pattern }), ...(every && { every }), ...(tz && { tz }) }
      return { id: key, name, ...timing, ...(next && { next }) }
    })
  }
}

/** Redacts secrets in every string of a response: data, options, errors, stacks, lines, trees. */
export const withoutSecrets = <T>(body: T): T =>
  JSON.parse(JSON.stringify(body), (key, value) =>
    typeof value === 'string' ? (redact({ [key]: value }) as Record<string, unknown>)[key] : value,
  )
