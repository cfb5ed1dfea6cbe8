import type { Actor } from '../../access'
import type { Db } from '../../base/db'
import { badRequest, type Fault, notFound } from '../../base/errors'
import { ignoreOutage } from '../../base/outage'
import type { Bus, Writer } from '../../streams'
import { knownHosts } from '../host-store'
import { changeEffect } from './change-effect'
import type { QueryInput, Targets } from './kind'
import { openOf, type QueryRef, type QueryRow } from './query'
import type { Signals } from './signals'
import { countTargets, findQuery, knownLabels } from './store'

/** How often a query is looked at while it is followed, in case that nobody tells. */
const LOOK_MS = 5_000
/** The same while the bus is away. */
const ALONE_MS = 500
/** The same while the database is away: hosts keep their answers, and the query goes on when it is back. */
const AWAY_MS = 1_000

interface Deps {
  db: Db
  streams: Writer
  bus: Bus
  signals: Signals
}

/** Live queries as their jobs and routes see them. */
export class Queries {
  constructor(private readonly deps: Deps) {}

  /**
   * How many hosts are targeted now; at least one.
   * @throws Problem 400 that names what is not there, or says that nobody is targeted
   */
  async checkTargets(tenantId: string, targets: Targets): Promise<number> {
    const count = await this.countTargets(tenantId, targets)
    if (!count) throw badRequest([{ path: 'body.targets', message: 'No host is targeted by this.' }])
    return count
  }

  /** The same, and 0 where nobody is. @throws Problem 400 that names what is not there */
  async countTargets(tenantId: string, targets: Targets): Promise<number> {
    const { db } = this.deps
    const { host_ids = [], labels = [] } = targets
    const faults: Fault[] = [
      ...missing(
        host_ids,
        await knownHosts(
          db,
          host_ids.map(id => ({ tenantId, id })),
        ),
        'host_ids',
        'There is no such host.',
      ),
      ...missing(labels, await knownLabels(db, tenantId, labels), 'labels', 'There is no such label.'),
    ]
    if (faults.length) throw badRequest(faults)
    return countTargets(db, tenantId, targets)
  }

  /** Makes the query of a job and has its hosts asked; the same again changes nothing. */
  async open(ref: QueryRef & { createdBy: Actor }, input: QueryInput): Promise<QueryRow> {
    const { tenantId, id, createdBy } = ref
    const { sql, targets, deadline_seconds } = input
    const query = { id, tenant_id: tenantId, sql, targets, deadline_seconds, created_by: createdBy }
    const { applied } = await this.deps.streams.commit(changeEffect, { type: 'open', query })
    if (applied) this.deps.signals.tellWork(id)
    return this.find(ref)
  }

  /** @throws Problem 404 */
  async find(ref: QueryRef): Promise<QueryRow> {
    const found = await findQuery(this.deps.db, ref)
    if (!found) throw notFound('query')
    return found
  }

  /** A query that was stopped is asked on, of those that have not answered. */
  async reopen(ref: QueryRef): Promise<void> {
    const { applied } = await this.deps.streams.commit(changeEffect, { type: 'reopen', query: ref })
    if (applied) this.deps.signals.tellWork(ref.id)
  }

  /** Nobody is asked any more. One that has ended stays as it is. */
  async end(ref: QueryRef, why: 'deadline' | 'cancelled'): Promise<void> {
    const { applied } = await this.deps.streams.commit(changeEffect, { type: 'end', query: ref, why })
    if (applied) this.deps.signals.tellMoved(ref.id, true)
  }

  /**
   * Resolves with the query when it has ended, at the latest at its deadline.
   * @param onMove told of each state on the way
   * @throws the reason of `signal`
   */
  async follow(ref: QueryRef, signal: AbortSignal, onMove: (query: QueryRow) => void): Promise<QueryRow> {
    const ear = new Ear(this.deps.signals, ref.id)
    try {
      for (;;) {
        signal.throwIfAborted()
        const query = await this.find(ref).catch(ignoreOutage)
        if (query) onMove(query)
        if (query?.ended_at) return query
        const restMs = query ? query.deadline_at.getTime() - Date.now() : AWAY_MS
        if (query && (restMs <= 0 || openOf(query) === 0)) await this.end(ref, 'deadline')
        else await ear.wait(Math.min(restMs, this.deps.bus.connected ? LOOK_MS : ALONE_MS), signal)
      }
    } finally {
      ear.close()
    }
  }
}

/** Hears that a query has moved, also between two waits. */
class Ear {
  private moved = false
  private wake: (() => void) | undefined
  readonly close: () => void

  constructor(signals: Signals, id: string) {
    this.close = signals.onMoved(moved => {
      if (moved !== id) return
      this.moved = true
      this.wake?.()
    })
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        this.moved = false
        this.wake = undefined
        resolve()
      }
      const timer = setTimeout(done, ms)
      if (this.moved || signal.aborted) return done()
      this.wake = done
      signal.addEventListener('abort', done)
    })
  }
}

const missing = (given: readonly string[], known: ReadonlySet<string>, field: string, message: string): Fault[] =>
  given.flatMap((each, i) => (known.has(each) ? [] : [{ path: `body.targets.${field}.${i}`, message }]))
