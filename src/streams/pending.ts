import { type Effect, type Fence, type PreparedEntry, prepare, type Topic, topicKey } from './entry'

export interface EntriesOp {
  type: 'entries'
  topic: Topic
  entries: PreparedEntry[]
  fence?: Fence | undefined
}

export interface EffectOp {
  type: 'effect'
  effect: Effect<unknown, unknown>
  item: unknown
  resolve(result: unknown): void
  reject(error: unknown): void
  /** Its caller has stopped waiting. */
  isOverdue?: boolean
}

export type Op = EntriesOp | EffectOp

/** Max size of a flush, so that it stays short and cheap to retry. */
const FLUSH_ENTRIES_MAX = 5_000
const FLUSH_BYTES_MAX = 4 * 1024 * 1024
/** Above this size, writers are asked to wait. */
const HIGH_WATER_BYTES = 16 * 1024 * 1024
/** Above this size, entries of writers that did not wait are lost. */
const BUFFER_BYTES_MAX = 64 * 1024 * 1024

/** Operations that were accepted but not committed yet, in order. */
export class Pending {
  private ops: Op[] = []
  private bytes = 0
  entryCount = 0
  private lost = new Map<string, { topic: Topic; count: number }>()
  private waitingForRoom: (() => void)[] = []
  private waitingForOps: { at: number; resolve(): void }[] = []
  private acceptedOps = 0
  private doneOps = 0

  /** @returns how many entries were lost because the buffer is full */
  add(op: Op): number {
    if (op.type === 'entries' && this.bytes > BUFFER_BYTES_MAX) return this.lose(op)
    this.ops.push(op)
    this.acceptedOps++
    if (op.type === 'entries') {
      this.entryCount += op.entries.length
      this.bytes += sizeOf(op)
    }
    return 0
  }

  /** Removes an effect. @returns false if its flush has begun */
  withdraw(op: EffectOp): boolean {
    const place = this.ops.indexOf(op)
    if (place < 0) return false
    const no = this.acceptedOps - this.ops.length + place + 1
    this.ops.splice(place, 1)
    this.acceptedOps--
    for (const waiter of this.waitingForOps) if (waiter.at >= no) waiter.at--
    this.done([])
    return true
  }

  /** @returns undefined while there is room, otherwise a promise that resolves when there is */
  room(): Promise<void> | undefined {
    if (this.bytes < HIGH_WATER_BYTES) return undefined
    return new Promise(resolve => this.waitingForRoom.push(resolve))
  }

  /** The next flush, bounded in entries and bytes. */
  take(): Op[] {
    let entries = 0
    let bytes = 0
    let count = 0
    for (const op of this.ops) {
      if (entries >= FLUSH_ENTRIES_MAX || bytes >= FLUSH_BYTES_MAX) break
      entries += op.type === 'entries' ? op.entries.length : 1
      bytes += sizeOf(op)
      count++
    }
    return this.ops.splice(0, count)
  }

  /** Marks operations as finished: committed or given up. */
  done(ops: Op[]) {
    this.doneOps += ops.length
    for (const op of ops) {
      if (op.type !== 'entries') continue
      this.entryCount -= op.entries.length
      this.bytes -= sizeOf(op)
    }
    if (this.bytes < HIGH_WATER_BYTES) {
      this.reportLosses()
      for (const go of this.waitingForRoom.splice(0)) go()
    }
    const ready = this.waitingForOps.filter(waiter => waiter.at <= this.doneOps)
    this.waitingForOps = this.waitingForOps.filter(waiter => waiter.at > this.doneOps)
    for (const waiter of ready) waiter.resolve()
  }

  /** Resolves when everything accepted so far is finished. */
  allWritten(): Promise<void> {
    if (this.doneOps === this.acceptedOps) return Promise.resolve()
    return new Promise(resolve => this.waitingForOps.push({ at: this.acceptedOps, resolve }))
  }

  private lose({ topic, entries }: EntriesOp): number {
    const key = topicKey(topic)
    const loss = this.lost.get(key) ?? { topic, count: 0 }
    loss.count += entries.length
    this.lost.set(key, loss)
    return entries.length
  }

  /** Writes a line about the loss to each affected topic. */
  private reportLosses() {
    for (const { topic, count } of this.lost.values()) {
      const message = `${count} entries were lost here: they arrived faster than the database could store them`
      this.add({
        type: 'entries',
        topic,
        entries: [prepare({ kind: 'log', level: 'error', source: 'tailrace', message })],
      })
    }
    this.lost.clear()
  }
}

function sizeOf(op: Op): number {
  return op.type === 'effect' ? 0 : op.entries.reduce((sum, entry) => sum + entry.bytes, 0)
}
