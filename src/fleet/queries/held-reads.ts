import type { Work } from '../agent'

/** Agents that were sent away together must not all come back together. */
const JITTER = 0.2

interface Held {
  /** Ends the wait: true when there may be something to do. */
  end(mayHaveWork: boolean): void
}

/**
 * The reads of agents that wait for something to do, one per host, and the hosts for which there may be something: a
 * host that is marked is looked up at its next read, all others are not.
 */
export class HeldReads {
  private readonly held = new Map<string, Held>()
  private readonly marked = new Set<string>()
  private stopped = false

  /** @param holdMs 0: reads are answered at once */
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
   * Answers with what `find` finds, at once or as soon as the host is marked.
   * @param find asks the database; called for marked hosts only
   * @param own what there is to ask without the database
   */
  async read(
    hostId: string,
    leave: AbortSignal,
    find: () => Promise<Work | undefined>,
    own: () => Work | undefined,
  ): Promise<Work> {
    const until = Date.now() + this.holdMs * (1 - JITTER * Math.random())
    do {
      const work = (this.marked.delete(hostId) ? await this.found(hostId, find) : undefined) ?? own()
      if (work) return work
    } while (await this.wait(hostId, until, leave))
    return { queries: {} }
  }

  /** A lookup that fails must not make the host forgotten. */
  private async found(hostId: string, find: () => Promise<Work | undefined>): Promise<Work | undefined> {
    try {
      return await find()
    } catch (error) {
      this.marked.add(hostId)
      throw error
    }
  }

  private wait(hostId: string, until: number, leave: AbortSignal): Promise<boolean> {
    if (this.marked.has(hostId)) return Promise.resolve(true)
    const restMs = until - Date.now()
    if (restMs <= 0 || this.stopped || leave.aborted) return Promise.resolve(false)
    // the agent has hung up and asks anew
    this.held.get(hostId)?.end(false)
    return new Promise(resolve => {
      const end = (mayHaveWork: boolean) => {
        clearTimeout(timer)
        leave.removeEventListener('abort', hangUp)
        if (this.held.get(hostId) === held) this.held.delete(hostId)
        resolve(mayHaveWork)
      }
      const hangUp = () => end(false)
      const timer = setTimeout(end, restMs, false)
      leave.addEventListener('abort', hangUp)
      const held: Held = { end }
      this.held.set(hostId, held)
    })
  }

  /** Answers all who wait; from now on nobody does. */
  release() {
    this.stopped = true
    for (const held of [...this.held.values()]) held.end(false)
  }
}
