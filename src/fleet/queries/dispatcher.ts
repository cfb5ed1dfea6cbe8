import type { Db } from '../../base/db'
import { messageOf } from '../../base/errors'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { REQUEST_TIMEOUT_MS, withTimeout } from '../../base/request-timeout'
import type { Bus, Writer } from '../../streams'
import type { Agent, Work } from '../agent'
import { changeEffect } from './change-effect'
import { HeldReads } from './held-reads'
import type { QueryNotifier } from './notifier'
import { hostsWithWork, PER_READ, waitingHosts } from './target-store'

/** How often hosts with work are read from the database, because the bus may lose messages and queries are resent. */
const SWEEP_MS = 5_000
/** The same while the bus is down. */
const SWEEP_WITHOUT_BUS_MS = 1_000
const HOSTS_MAX = 200_000
/** Queries often follow each other: for this long, agents whose reads are not held poll every 5 s. */
const ACCELERATE_SECONDS = 60

export interface DispatcherDeps {
  db: Db
  streams: Writer
  bus: Bus
  log: Log
  notifier: QueryNotifier
  holdMs: number
  /** Background queries that are due, by id, without a database query. */
  backgroundQueries(agent: Agent): Record<string, string> | undefined
}

/** Sends hosts the queries that they must run, without delay. */
export class Dispatcher implements Part {
  readonly name = 'query dispatch'
  readonly held: HeldReads
  private timer: NodeJS.Timeout | undefined
  private lastSweep = 0
  private isSweeping = false

  constructor(private readonly deps: DispatcherDeps) {
    this.held = new HeldReads(deps.holdMs)
    deps.notifier.onNewWork(queryId => void this.markTargets(queryId))
  }

  async start() {
    this.timer = setInterval(() => void this.sweep(), SWEEP_WITHOUT_BUS_MS)
    await this.sweep()
  }

  async stop() {
    clearInterval(this.timer)
    this.held.release()
  }

  /** Resolves with the next queries of a host, or with none at the end of the hold time. */
  read(agent: Agent, signal: AbortSignal): Promise<Work> {
    return this.held.read(
      agent.hostId,
      signal,
      () => withTimeout(REQUEST_TIMEOUT_MS, () => this.claim(agent)),
      () => this.backgroundWork(agent),
    )
  }

  private async claim({ hostId }: Agent): Promise<Work | undefined> {
    const { claimed } = await this.deps.streams.commit(changeEffect, { type: 'claim', hostId })
    if (!claimed.length) return undefined
    if (claimed.length === PER_READ) this.held.mark([hostId]) // there may be more
    for (const { id } of claimed) this.deps.notifier.announceChange(id, false)
    const queries = Object.fromEntries(claimed.map(({ id, sql }) => [id, sql]))
    return this.deps.holdMs > 0 ? { queries } : { queries, accelerate: ACCELERATE_SECONDS }
  }

  private backgroundWork(agent: Agent): Work | undefined {
    const queries = this.deps.backgroundQueries(agent)
    return queries && { queries }
  }

  private async markTargets(queryId: string) {
    try {
      this.held.mark(await waitingHosts(this.deps.db, queryId))
    } catch (error) {
      this.deps.log.warn('Cannot notify the hosts of a query, will retry', {
        query_id: queryId,
        error: messageOf(error),
      })
    }
  }

  private async sweep() {
    const now = Date.now()
    if (this.isSweeping || (this.deps.bus.connected && now - this.lastSweep < SWEEP_MS)) return
    this.isSweeping = true
    this.lastSweep = now
    try {
      this.held.mark(await hostsWithWork(this.deps.db, HOSTS_MAX))
    } catch (error) {
      this.deps.log.warn('Cannot read hosts with open queries, will retry', { error: messageOf(error) })
    } finally {
      this.isSweeping = false
    }
  }
}
