import { setTimeout as delay } from 'node:timers/promises'
import type { Db, Transaction } from '../base/db'
import { messageOf } from '../base/errors'
import { newId } from '../base/ids'
import type { Log } from '../base/log'
import { isOutage, isPoolFull } from '../base/outage'
import {
  nothingDone,
  outcomeUnknown,
  type PendingRequest,
  pendingRequest,
  REQUEST_TIMEOUT_MS,
} from '../base/request-timeout'
import { within } from '../base/within'
import { applyEffects, groupByTopic, type TopicPart } from './batch'
import {
  type Effect,
  type Fence,
  type NewEntry,
  prepare,
  type Topic,
  type TopicEntries,
  topicKey,
  type Writer,
} from './entry'
import { type AppendedHead, appendBatches, lastBatch, registerWriter, type TopicBatch } from './history'
import { type EffectOp, type EntriesOp, type Op, Pending } from './pending'

/** The result of a commit for one topic: its new head and the entries up to it. */
export interface Committed {
  head: AppendedHead
  /** Null when they must be read from the database, because the response to the commit was lost. */
  entries: TopicBatch['entries'] | null
}

interface Deps {
  db: Db
  log: Log
  /** Called after each commit, in order. */
  onCommitted(committed: Committed[], seconds: number): void
  onLost(count: number): void
}

/** PostgreSQL error codes after which a batch is retried: connection failure, shutdown, deadlock, full disk. */
const TRANSIENT = /^(08|40|53|55P03|57P0|58)/
const RETRY_MS_MAX = 2_000

/** Whether a retry may succeed because the batch itself is not at fault. */
function isTransient(error: unknown): boolean {
  return isOutage(error) || TRANSIENT.test(String((error as { code?: unknown }).code))
}

/** Whether the server reported that the transaction failed, rather than a shutdown or a broken connection. */
const isRollback = (error: unknown) => /^(?!08|57P)[0-9A-Z]{5}$/.test(String((error as { code?: unknown }).code))

function rejectEffects(ops: Op[], error: unknown) {
  for (const op of ops) if (op.type === 'effect') op.reject(error)
}

/** Group commit for this process: one flush at a time, each with everything accepted during the previous one. */
export class StreamWriter implements Omit<Writer, 'announce'> {
  private readonly writerId = newId()
  private batchNo = 0
  private readonly pending = new Pending()
  private running = false
  private stopped = false
  /** The current flush. */
  private batch: Batch | undefined
  /** Whether the database currently refuses writes. */
  isRefused = false

  constructor(private readonly deps: Deps) {}

  async start() {
    await registerWriter(this.deps.db, this.writerId)
  }

  /** Flushes what is left. At the deadline it gives up and reports how much was lost. */
  async stop(deadlineMs: number) {
    const done = this.flush().then(() => true)
    const inTime = await within(done, deadlineMs)
    this.stopped = true
    const lost = this.pending.entryCount
    if (inTime || lost === 0) return
    this.deps.onLost(lost)
    this.deps.log.error(
      `${lost} stream entries were lost: the database did not accept them before the process had to stop`,
    )
  }

  write(topic: Topic, entries: NewEntry[], fence?: Fence): Promise<void> | undefined {
    const prepared = entries.map(prepare)
    const lost = this.pending.add({ type: 'entries', topic, entries: prepared, fence })
    if (lost) this.deps.onLost(lost)
    this.schedule()
    return this.pending.room()
  }

  /**
   * Resolves when it is committed, however long that takes, unless a request is waiting for it.
   * @throws Problem 503 after `REQUEST_TIMEOUT_MS` for a pending request, or twice that during a flush: `unavailable`
   *   when it was withdrawn in time, `outcome_unknown` when it may have been committed
   */
  commit<Item, Result>(effect: Effect<Item, Result>, item: Item): Promise<Result> {
    const waiting = pendingRequest()
    return new Promise<Result>((resolve, reject) => {
      const op = { type: 'effect', effect, item, resolve, reject } as EffectOp
      this.pending.add(op)
      if (waiting) limitWait(op, waiting, () => this.withdraw(op))
      this.schedule()
    })
  }

  /** Withdraws an effect from the queue, or from the current flush once that is known not to be committed. */
  private withdraw(op: EffectOp) {
    if (this.pending.withdraw(op)) return op.reject(nothingDone())
    const { batch } = this
    if (!batch?.ops.includes(op)) return
    op.isOverdue = true
    if (batch.mayBeCommitted) op.reject(outcomeUnknown())
    else if (batch.isWaiting) this.dropOverdue(batch)
    // A statement is running and may be waiting for locks.
    else setTimeout(() => op.reject(outcomeUnknown()), REQUEST_TIMEOUT_MS).unref()
  }

  private dropOverdue(batch: Batch) {
    const overdue = batch.ops.filter(op => op.type === 'effect' && op.isOverdue)
    batch.ops = batch.ops.filter(op => !overdue.includes(op))
    rejectEffects(overdue, nothingDone())
  }

  async flush() {
    await this.pending.allWritten()
  }

  private schedule() {
    if (this.running) return
    this.running = true
    // Entries of the same tick share a flush.
    setImmediate(() => void this.loop())
  }

  private async loop() {
    for (let ops = this.pending.take(); ops.length; ops = this.pending.take()) {
      await this.writeOut(ops)
      this.pending.done(ops)
    }
    // In the same tick as the last `take`, so that the next write starts the loop again.
    this.running = false
  }

  /** Retries a batch until it is committed. If the batch itself is at fault, writes each operation separately. */
  private async writeOut(ops: Op[]): Promise<void> {
    const batch: Batch = {
      ...NEW_BATCH,
      no: ++this.batchNo,
      ops,
      results: new Map(),
      topics: [],
      refused: [],
      ended: new Set(),
    }
    const removed: EntriesOp[] = []
    this.batch = batch
    for (let attempt = 0; batch.ops.length || removed.length; attempt++) {
      const started = performance.now()
      try {
        const committed = await this.attempt(batch, attempt)
        this.isRefused = false
        batch.refused.push(...removed)
        return this.report(batch, committed, (performance.now() - started) / 1000)
      } catch (error) {
        if (error instanceof EntriesRefused) {
          removed.push(...error.ops)
          batch.ops = batch.ops.filter(op => !error.ops.includes(op as EntriesOp))
          for (const key of error.ended) batch.ended.add(key)
          continue
        }
        if (!isTransient(error)) return this.writeSeparately([...batch.ops, ...removed], error)
        if (this.stopped) return rejectEffects(batch.ops, error)
        if (attempt === 0) this.logWaiting(error)
        await this.backOff(batch, error, attempt)
      }
    }
    this.isRefused = false
  }

  /** Warns about outages only: a conflict with another process is over at once. */
  private logWaiting(error: unknown) {
    const level = isOutage(error) ? 'warn' : 'debug'
    this.deps.log[level]('Stream entries are waiting for the database', { error: messageOf(error) })
  }

  private async backOff(batch: Batch, error: unknown, attempt: number) {
    this.isRefused = isOutage(error) && !isPoolFull(error)
    batch.mayBeCommitted ||= batch.isCommitting && !isRollback(error)
    if (!batch.mayBeCommitted) this.dropOverdue(batch)
    batch.isWaiting = true
    await delay(Math.min(50 * 2 ** attempt, RETRY_MS_MAX))
    batch.isWaiting = false
  }

  /** Reports a commit. An error from here on must not look like a failed commit. */
  private report(batch: Batch, committed: Committed[], seconds: number) {
    try {
      this.deps.onCommitted(committed, seconds)
    } catch (error) {
      this.deps.log.error('Cannot pass new entries to readers', { error: messageOf(error) })
    }
    for (const op of batch.ops) if (op.type === 'effect') op.resolve(batch.results.get(op))
    const refused = new Map<Fence, number>()
    for (const { fence, entries } of batch.refused)
      if (fence) refused.set(fence, (refused.get(fence) ?? 0) + entries.length)
    for (const [fence, count] of refused) fence.onRefused(count)
  }

  private async writeSeparately(ops: Op[], error: unknown): Promise<void> {
    if (ops.length > 1) {
      for (const op of ops) await this.writeOut([op])
      return
    }
    const [op] = ops
    if (op?.type === 'effect') return op.reject(error)
    this.deps.onLost(op?.entries.length ?? 0)
    this.deps.log.error('Stream entries were refused by the database', {
      topic: op?.topic.name,
      error: messageOf(error),
    })
  }

  private attempt(batch: Batch, attempt: number): Promise<Committed[]> {
    batch.isCommitting = false
    if (batch.ops.some(op => op.type === 'effect'))
      return this.deps.db.transaction(trx => this.inTransaction(trx, batch, attempt))
    const mayRefuse = arrange(batch, new Map())
    if (!mayRefuse) return this.append(this.deps.db, batch)
    return this.deps.db.transaction(trx => this.append(trx, batch))
  }

  private async inTransaction(trx: Transaction, batch: Batch, attempt: number): Promise<Committed[]> {
    // An earlier attempt may have been committed although the response was lost.
    if (attempt > 0 && (await lastBatch(trx, this.writerId)) === batch.no) return batch.topics.map(unknownHead)
    batch.mayBeCommitted = false
    const { results, entries } = await applyEffects(trx, batch.ops)
    batch.results = results
    arrange(batch, entries)
    const committed = await this.append(trx, batch)
    batch.isCommitting = true
    return committed
  }

  /** @throws EntriesRefused */
  private async append(db: Db | Transaction, batch: Batch): Promise<Committed[]> {
    const heads = await appendBatches(db, batch.topics, this.writerId, batch.no)
    if (!heads) return batch.topics.map(unknownHead)
    const parts = new Map(batch.topics.map(part => [part.key, part]))
    const committed = heads.map(head => {
      const key = topicKey({ tenantId: head.tenant_id, name: head.name })
      const entries = parts.get(key)?.entries ?? null
      parts.delete(key)
      return { head, entries }
    })
    const refused = [...parts.values()]
    if (refused.some(hasMore)) throw new EntriesRefused(refused)
    batch.refused.push(...refused.flatMap(({ fenced }) => fenced))
    return committed
  }
}

/** Groups the entries of a batch by topic. @returns whether a changed fence would also keep out unfenced entries */
function arrange(batch: Batch, effectEntries: ReadonlyMap<Op, TopicEntries[]>): boolean {
  const { topics, refused } = groupByTopic(batch.ops, effectEntries, batch.ended)
  Object.assign(batch, { topics, refused })
  return topics.some(({ fence, hasUnconditional }) => hasUnconditional && fence?.expected != null)
}

/** Whether a topic that refuses some entries of a part would take others. */
const hasMore = ({ hasUnconditional, fenced, onlyWhileOpen }: TopicPart) =>
  hasUnconditional || (fenced.length > 0 && onlyWhileOpen)

/**
 * Another process has changed the fence of a topic or ended it: the batch can be appended without the entries
 * refused.
 */
class EntriesRefused extends Error {
  readonly ops: readonly EntriesOp[]
  /**
   * Keys of topics that have ended. For a topic with fenced entries this is known only after an attempt without them.
   */
  readonly ended: readonly string[]

  constructor(refused: readonly TopicPart[]) {
    super('A topic has another fence or has ended')
    this.ops = refused.flatMap(({ fenced }) => fenced)
    this.ended = refused.filter(({ fenced }) => !fenced.length).map(({ key }) => key)
  }
}

/** The current flush and the result of its latest attempt. */
interface Batch {
  no: number
  ops: Op[]
  results: Map<Op, unknown>
  topics: TopicPart[]
  /** Entries that a fence has kept out. */
  refused: EntriesOp[]
  /** Keys of topics that have ended. */
  ended: Set<string>
  /** COMMIT was sent: if the response is lost, the outcome is unknown. */
  isCommitting: boolean
  mayBeCommitted: boolean
  /** Between two attempts. */
  isWaiting: boolean
}

const NEW_BATCH = { isCommitting: false, mayBeCommitted: false, isWaiting: false }

function limitWait(op: EffectOp, waiting: PendingRequest, withdraw: () => void) {
  const timer = setTimeout(withdraw, REQUEST_TIMEOUT_MS)
  const { resolve, reject } = op
  op.resolve = result => {
    clearTimeout(timer)
    waiting.hasChanged = true
    resolve(result)
  }
  op.reject = error => {
    clearTimeout(timer)
    reject(error)
  }
}

/** An infinite `last_seq` makes every feed compare with the database. */
function unknownHead({ topic }: TopicBatch): Committed {
  const { tenantId: tenant_id, name } = topic
  const last_seq = Number.POSITIVE_INFINITY
  return {
    head: { id: 0, epoch: '', last_seq, last_line: 0, first_seq: 0, state: null, end_reason: null, tenant_id, name },
    entries: null,
  }
}
