/** How many checks run at the same time: in this process, for one tenant, and for one host and port. */
export const LANE_LIMITS = { all: 2_000, tenant: 1_000, host: 50 } as const

interface Waiting {
  tenantId: string
  host: string
  run(): void
}

/**
 * Limits how many checks run at the same time, so that slow targets and large tenants delay nobody else. What cannot
 * run waits; a monitor waits at most once, so there are never more than there are monitors.
 */
export class Lanes {
  private readonly running = new Map<string, number>()
  private readonly waiting = new Set<Waiting>()

  constructor(private readonly limits: { all: number; tenant: number; host: number } = LANE_LIMITS) {}

  get runningCount(): number {
    return this.running.get('all') ?? 0
  }

  get waitingCount(): number {
    return this.waiting.size
  }

  /**
   * Runs work when there is room for it.
   * @returns a function that gives up waiting; it returns false if the work has begun
   */
  enter(tenantId: string, host: string, work: () => Promise<void>): () => boolean {
    const entry: Waiting = { tenantId, host, run: () => void this.run(entry, work) }
    if (this.hasRoom(entry)) entry.run()
    else this.waiting.add(entry)
    return () => this.waiting.delete(entry)
  }

  private async run(entry: Waiting, work: () => Promise<void>) {
    this.count(entry, 1)
    await work()
    this.count(entry, -1)
    this.admit()
  }

  /** In the order in which they came, past those that have no room. */
  private admit() {
    for (const entry of this.waiting) {
      if (this.runningCount >= this.limits.all) return
      if (!this.hasRoom(entry)) continue
      this.waiting.delete(entry)
      entry.run()
    }
  }

  private hasRoom({ tenantId, host }: Waiting): boolean {
    const { all, tenant, host: hostMax } = this.limits
    const has = (key: string, max: number) => (this.running.get(key) ?? 0) < max
    return has('all', all) && has(tenantId, tenant) && has(`host ${host}`, hostMax)
  }

  private count({ tenantId, host }: Waiting, change: number) {
    for (const key of ['all', tenantId, `host ${host}`]) {
      const count = (this.running.get(key) ?? 0) + change
      if (count) this.running.set(key, count)
      else this.running.delete(key)
    }
  }
}
