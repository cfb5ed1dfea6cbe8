import type { Work } from '../agent'

/** Random share of the hold time, so that agents do not all return at once. */
const JITTER = 0.2

interface Held {
  /** Ends the wait. */
  end(mayHaveWork: boolean): void
}

/**
 * The agent reads that are held until there is work, one per host, and marks on hosts that may have work: the
 * database is queried only for marked hosts, at their next read.
 */
export class HeldReads {
  private readonly held = new Map<string, Held>()
  private readonly marked = new Set<string>()
  private stopped = false

  /** @param holdMs how long reads are held; 0: not at all */
  constructor(private readonly holdMs: number) {}

  get count(): number {
    return this.held.size
  }

  mark(hostIds: Iterable<string>) {
    for (const id of hostIds) {
      this.marked.add(id)
      this.held.get(id)?.end(true)
    }
  }

  /**
   * Resolves with work for the host, as soon as there is some, or with none at the end of the hold time.
   * @param find reads work from the database; called only for marked hosts
   * @param fromMemory finds work without the database
   */
  async read(
    hostId: string,
    signal: AbortSignal,
    find: () => Promise<Work | undefined>,
    fromMemory: () => Work | undefined,
  ): Promise<Work> {
    const until = Date.now() + this.holdMs * (1 - JITTER * Math.random())
    do {
      const work = (this.marked.delete(hostId) ? await this.findOrRemark(hostId, find) : undefined) ?? fromMemory()
      if (work) return work
    } while (await this.wait(hostId, until, signal))
    return { queries: {} }
  }

  /** Looks up work. The host stays marked if that fails. */
  private async findOrRemark(hostId: string, find: () => Promise<Work | undefined>): Promise<Work | undefined> {
    try {
      return await find()
    } catch (error) {
      this.marked.add(hostId)
      throw error
    }
  }

  private wait(hostId: string, until: number, signal: AbortSignal): Promise<boolean> {
    if (this.marked.has(hostId)) return Promise.resolve(true)
    const restMs = until - Date.now()
    if (restMs <= 0 || this.stopped || signal.aborted) return Promise.resolve(false)
    // The agent had disconnected and reads again.
    this.held.get(hostId)?.end(false)
    return new Promise(resolve => {
      const end = (mayHaveWork: boolean) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', disconnect)
        if (this.held.get(hostId) === held) this.held.delete(hostId)
        resolve(mayHaveWork)
      }
      const disconnect = () => end(false)
      const timer = setTimeout(end, restMs, false)
      signal.addEventListener('abort', disconnect)
      const held: Held = { end }
      this.held.set(hostId, held)
    })
  }

  /** Ends all held reads and holds no more. */
  release() {
    this.stopped = true
    for (const held of [...this.held.values()]) held.end(false)
  }
}
