import type { Db } from '../../base/db'
import { messageOf } from '../../base/errors'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { REQUEST_TIMEOUT_MS, withTimeout } from '../../base/request-timeout'
import type { Bus, Writer } from '../../streams'
import type { Agent, Work } from '../agent'
import { changeEffect } from './change-effect'
import { HeldReads } from './held-reads'
import type { Signals } from './signals'
import { hostsWithWork, PER_READ, waitingHosts } from './target-store'

/** How often the database is asked which hosts there is work for: what the bus has lost, and what is to be sent again. */
const SWEEP_MS = 5_000
/** The same while the bus is away and nothing else tells. */
const ALONE_MS = 1_000
const HOSTS_MAX = 200_000
/** Whoever asks one thing often asks another: for so long agents whose reads are not held come every 5 s. */
const ACCELERATE_SECONDS = 60

export interface DispatchDeps {
  db: Db
  streams: Writer
  bus: Bus
  log: Log
  signals: Signals
  holdMs: number
  /** What we ask a host of our own accord; from memory. */
  standing(agent: Agent): Record<string, string> | undefined
}

/** Gives hosts what there is to ask them, the moment it is there. */
export class Dispatch implements Part {
  readonly name = 'fleet dispatch'
  readonly held: HeldReads
  private timer: NodeJS.Timeout | undefined
  private lastSweep = 0
  private sweeping = false

  constructor(private readonly deps: DispatchDeps) {
    this.held = new HeldReads(deps.holdMs)
    deps.signals.onWork(queryId => void this.markTargets(queryId))
  }

  async start() {
    this.timer = setInterval(() => void this.sweep(), ALONE_MS)
    await this.sweep()
  }

  async stop() {
    clearInterval(this.timer)
    this.held.release()
  }

  /** Resolves with the next queries of a host, or with none when it has waited long enough. */
  read(agent: Agent, leave: AbortSignal): Promise<Work> {
    return this.held.read(
      agent.hostId,
      leave,
      () => withTimeout(REQUEST_TIMEOUT_MS, () => this.claim(agent)),
      () => this.own(agent),
    )
  }

  private async claim({ hostId }: Agent): Promise<Work | undefined> {
    const { claimed } = await this.deps.streams.commit(changeEffect, { type: 'claim', hostId })
    if (!claimed.length) return undefined
    if (claimed.length === PER_READ) this.held.mark([hostId]) // there may be more
    for (const { id } of claimed) this.deps.signals.tellMoved(id, false)
    const queries = Object.fromEntries(claimed.map(({ id, sql }) => [id, sql]))
    return this.deps.holdMs > 0 ? { queries } : { queries, accelerate: ACCELERATE_SECONDS }
  }

  private own(agent: Agent): Work | undefined {
    const queries = this.deps.standing(agent)
    return queries && { queries }
  }

  private async markTargets(queryId: string) {
    try {
      this.held.mark(await waitingHosts(this.deps.db, queryId))
    } catch (error) {
      this.deps.log.warn('Hosts are told of a query later', { query_id: queryId, error: messageOf(error) })
    }
  }

  private async sweep() {
    const now = Date.now()
    if (this.sweeping || (this.deps.bus.connected && now - this.lastSweep < SWEEP_MS)) return
    this.sweeping = true
    this.lastSweep = now
    try {
      this.held.mark(await hostsWithWork(this.deps.db, HOSTS_MAX))
    } catch (error) {
      this.deps.log.warn('What hosts are to be asked could not be read', { error: messageOf(error) })
    } finally {
      this.sweeping = false
    }
  }
}
