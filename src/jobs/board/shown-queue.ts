import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import type { Queue } from 'bullmq'
import { redact } from '../../base/redact'

/** Each costs two Redis commands; the queue page has all of them. */
const SCHEDULERS_MAX = 100

/** A queue as the board shows it: every job links to its live page, and reads are bounded. */
export class ShownQueue extends BullMQAdapter {
  readonly #queue: Queue

  constructor(queue: Queue, { readOnly }: { readOnly: boolean }) {
    super(queue, {
      readOnlyMode: readOnly,
      externalJobUrl: ({ id }) => ({ displayText: 'Live page', href: `/jobs/${encodeURIComponent(String(id))}` }),
    })
    this.#queue = queue
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
