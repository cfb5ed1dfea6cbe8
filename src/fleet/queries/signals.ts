import type { Part } from '../../base/lifecycle'
import type { Bus } from '../../streams'

const WORK = 'fleet:work'
const MOVED = 'fleet:moved'
/** A query that moves all the time is told of this often. */
const MOVED_MS = 150

type Listener = (queryId: string) => void

/** Tells this process and all others that there is something to ask hosts, and that a query has moved. */
export class Signals implements Part {
  readonly name = 'fleet signals'
  private readonly work = new Set<Listener>()
  private readonly moved = new Set<Listener>()
  private readonly moving = new Map<string, NodeJS.Timeout>()
  private unsubscribe: (() => void)[] = []

  constructor(private readonly bus: Bus) {}

  async start() {
    this.unsubscribe = [
      await this.bus.subscribe(WORK, id => tell(this.work, id)),
      await this.bus.subscribe(MOVED, id => tell(this.moved, id)),
    ]
  }

  async stop() {
    for (const unsubscribe of this.unsubscribe) unsubscribe()
    for (const timer of this.moving.values()) clearTimeout(timer)
  }

  onWork(listener: Listener) {
    this.work.add(listener)
  }

  /** @returns the way to stop listening */
  onMoved(listener: Listener): () => void {
    this.moved.add(listener)
    return () => this.moved.delete(listener)
  }

  /** Hosts are to be asked something new. */
  tellWork(queryId: string) {
    tell(this.work, queryId)
    this.bus.publish(WORK, queryId)
  }

  /** Counts of a query have changed; its end is told at once. */
  tellMoved(queryId: string, hasEnded: boolean) {
    if (hasEnded) return this.sendMoved(queryId)
    if (this.moving.has(queryId)) return
    this.moving.set(
      queryId,
      setTimeout(() => this.sendMoved(queryId), MOVED_MS),
    )
  }

  private sendMoved(queryId: string) {
    clearTimeout(this.moving.get(queryId))
    this.moving.delete(queryId)
    tell(this.moved, queryId)
    this.bus.publish(MOVED, queryId)
  }
}

const tell = (listeners: Set<Listener>, id: string) => {
  for (const listener of [...listeners]) listener(id)
}
