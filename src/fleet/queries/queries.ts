import type { Db } from '../../base/db'
import { badRequest, type Fault, notFound } from '../../base/errors'
import { ignoreOutage } from '../../base/outage'
import type { Actor } from '../../contract/access'
import type { QueryInput, Targets } from '../../contract/queries'
import type { Bus, Writer } from '../../streams'
import { knownHosts } from '../host-store'
import { changeEffect } from './change-effect'
import type { QueryNotifier } from './notifier'
import { ChangeWaiter } from './notifier'
import { countTargets, findQuery, knownLabels, openOf, type QueryRef, type QueryRow } from './query-store'

/** How often a followed query is read when no change is announced. */
const READ_MS = 5_000
/** The same while the bus is down. */
const READ_WITHOUT_BUS_MS = 500
/** The same while the database is down: hosts keep their answers, and the query continues when it is back. */
const RETRY_MS = 1_000

interface Deps {
  db: Db
  streams: Writer
  bus: Bus
  notifier: QueryNotifier
}

/** The interface to live queries for their jobs and routes. */
export class Queries {
  constructor(private readonly deps: Deps) {}

  /**
   * Counts the hosts that are currently targeted, at least one.
   * @throws Problem 400 that names hosts or labels that do not exist, or says that no host is targeted
   */
  async checkTargets(tenantId: string, targets: Targets): Promise<number> {
    const count = await this.countTargets(tenantId, targets)
    if (!count) throw badRequest([{ path: 'body.targets', message: 'These targets match no host.' }])
    return count
  }

  /** Counts the hosts that are currently targeted. @throws Problem 400 that names hosts or labels that do not exist */
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

  /** Creates the query of a job and announces it to its hosts. Idempotent. */
  async open(ref: QueryRef & { createdBy: Actor }, input: QueryInput): Promise<QueryRow> {
    const { tenantId, id, createdBy } = ref
    const { sql, targets, deadline_seconds } = input
    const query = { id, tenant_id: tenantId, sql, targets, deadline_seconds, created_by: createdBy }
    const { applied } = await this.deps.streams.commit(changeEffect, { type: 'open', query })
    if (applied) this.deps.notifier.announceWork(id)
    return this.find(ref)
  }

  /** @throws Problem 404 */
  async find(ref: QueryRef): Promise<QueryRow> {
    const found = await findQuery(this.deps.db, ref)
    if (!found) throw notFound('query')
    return found
  }

  /** Resumes a cancelled query on the hosts that have not answered. */
  async reopen(ref: QueryRef): Promise<void> {
    const { applied } = await this.deps.streams.commit(changeEffect, { type: 'reopen', query: ref })
    if (applied) this.deps.notifier.announceWork(ref.id)
  }

  /** Ends a query, which is then sent to no more hosts. Does nothing if it has already ended. */
  async end(ref: QueryRef, why: 'deadline' | 'cancelled'): Promise<void> {
    const { applied } = await this.deps.streams.commit(changeEffect, { type: 'end', query: ref, why })
    if (applied) this.deps.notifier.announceChange(ref.id, true)
  }

  /**
   * Resolves with the query when it has ended, which is at its deadline at the latest.
   * @param onChange called with each state until then
   * @throws the reason of `signal`
   */
  async follow(ref: QueryRef, signal: AbortSignal, onChange: (query: QueryRow) => void): Promise<QueryRow> {
    const waiter = new ChangeWaiter(this.deps.notifier, ref.id)
    try {
      for (;;) {
        signal.throwIfAborted()
        const query = await this.find(ref).catch(ignoreOutage)
        if (query) onChange(query)
        if (query?.ended_at) return query
        const restMs = query ? query.deadline_at.getTime() - Date.now() : RETRY_MS
        if (query && (restMs <= 0 || openOf(query) === 0)) await this.end(ref, 'deadline')
        else await waiter.wait(Math.min(restMs, this.deps.bus.connected ? READ_MS : READ_WITHOUT_BUS_MS), signal)
      }
    } finally {
      waiter.close()
    }
  }
}

const missing = (given: readonly string[], known: ReadonlySet<string>, field: string, message: string): Fault[] =>
  given.flatMap((each, i) => (known.has(each) ? [] : [{ path: `body.targets.${field}.${i}`, message }]))
