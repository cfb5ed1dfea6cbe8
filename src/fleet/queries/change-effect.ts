import type { Transaction } from '../../base/db'
import type { Effect, TopicEntries } from '../../streams'
import type { Agent, Row } from '../agent'
import { endEntries, queryTopic, resultEntries, statusEntry } from './entries'
import { joinColumns } from './outcome'
import {
  insertQuery,
  lockQueries,
  type NewQuery,
  type Outcome,
  openOf,
  type QueryRef,
  type QueryRow,
  updateQueries,
} from './query-store'
import { holdStaged, insertRows, unstage } from './rows-store'
import { answerTargets, closeTargets, markSent, type OpenTarget, openTargets, reopenTargets } from './target-store'

export type Change =
  | { type: 'open'; query: NewQuery }
  /** A host claims the queries that it must run. */
  | { type: 'claim'; hostId: string }
  /** `staged`: its rows are already stored; otherwise `rows` has them. */
  | { type: 'answer'; query: QueryRef; agent: Agent; outcome: Outcome; rows: readonly Row[]; staged: boolean }
  | { type: 'end'; query: QueryRef; why: 'deadline' | 'cancelled' }
  | { type: 'reopen'; query: QueryRef }

export interface Changed {
  /** The query after the change; undefined if it does not exist, and for a claim. */
  query: QueryRow | undefined
  /** Whether anything has changed: a repeated answer changes nothing. */
  applied: boolean
  /** What the host must run. */
  claimed: OpenTarget[]
}

type Of<T extends Change['type']> = Extract<Change, { type: T }>

/**
 * Applies all changes of queries in a flush. A target is changed only while its query is locked, so that counts are
 * correct and each answer counts once, however many processes take part.
 */
export const changeEffect: Effect<Change, Changed> = {
  name: 'fleet.queries',
  async apply(trx, changes) {
    const batch = new Batch(trx, changes)
    await batch.apply()
    return batch
  },
}

class Batch {
  readonly results: Changed[]
  readonly entries: TopicEntries[][]
  private queries = new Map<string, QueryRow>()
  /** Queries to store, with the index of the last change of each. */
  private readonly changed = new Map<string, number>()
  private readonly ended = new Set<string>()

  constructor(
    private readonly trx: Transaction,
    private readonly changes: readonly Change[],
  ) {
    this.results = changes.map(() => ({ query: undefined, applied: false, claimed: [] }))
    this.entries = changes.map(() => [])
  }

  private of<T extends Change['type']>(type: T): { change: Of<T>; index: number }[] {
    return this.changes.flatMap((change, index) => (change.type === type ? [{ change: change as Of<T>, index }] : []))
  }

  async apply() {
    for (const { change, index } of this.of('open')) await this.open(change, index)
    const claimable = await this.claimable()
    await this.lock(claimable)
    for (const { change, index } of this.of('reopen')) await this.reopen(change, index)
    await this.answer()
    await this.claim(claimable)
    for (const { change, index } of this.of('end')) await this.end(change, index)
    await this.store()
  }

  private async open({ query }: Of<'open'>, index: number) {
    const created = await insertQuery(this.trx, query)
    if (created) this.entries[index] = [{ topic: queryTopic(created), entries: [statusEntry(created)] }]
    this.results[index] = { query: created, applied: created !== undefined, claimed: [] }
  }

  /** Ids of the queries that this batch may claim. They are read again once they are locked. */
  private async claimable(): Promise<readonly string[]> {
    return [...new Set((await this.openTargets()).map(({ id }) => id))]
  }

  private async openTargets(): Promise<OpenTarget[]> {
    const claims = this.of('claim')
    if (!claims.length) return []
    return openTargets(
      this.trx,
      claims.map(({ change }) => change.hostId),
    )
  }

  private async lock(claimable: readonly string[]) {
    const named = this.changes.flatMap(change =>
      change.type === 'claim' || change.type === 'open' ? [] : [change.query.id],
    )
    const ids = [...new Set([...named, ...claimable])]
    if (ids.length) this.queries = await lockQueries(this.trx, ids)
  }

  private find({ tenantId, id }: QueryRef): QueryRow | undefined {
    const query = this.queries.get(id)
    return query?.tenant_id === tenantId ? query : undefined
  }

  private touch(query: QueryRow, index: number) {
    this.changed.set(query.id, Math.max(index, this.changed.get(query.id) ?? 0))
    this.results[index] = { query, applied: true, claimed: this.results[index]?.claimed ?? [] }
  }

  private async answer() {
    const answers = new Map<string, { change: Of<'answer'>; index: number }>()
    const received = this.of('answer')
    const stillStaged = await this.stillStaged(received.map(({ change }) => change))
    for (const each of received) {
      const key = `${each.change.query.id}/${each.change.agent.hostId}`
      const query = this.find(each.change.query)
      this.results[each.index] = { query, applied: false, claimed: [] }
      const { staged, outcome } = each.change
      const isWhole = !staged || stillStaged.has(outcome.answerId ?? '')
      if (query && isWhole && !answers.has(key)) answers.set(key, each)
    }
    if (!answers.size) return
    const answered = await answerTargets(
      this.trx,
      [...answers.values()].map(({ change }) => this.targetOf(change)),
    )
    for (const { query_id, host_id, before } of answered) {
      const answer = answers.get(`${query_id}/${host_id}`)
      const query = this.queries.get(query_id)
      if (!answer || !query) continue
      const { agent, outcome } = answer.change
      query[before]--
      query[outcome.state]++
      query.row_count += outcome.rowCount
      query.columns = joinColumns(query.columns, outcome.columns)
      this.entries[answer.index] = resultEntries(query, agent, outcome, query.ended_at !== null)
      this.touch(query, answer.index)
    }
    await this.storeRows(
      answered.flatMap(({ query_id, host_id }) => answers.get(`${query_id}/${host_id}`)?.change ?? []),
    )
  }

  /**
   * Which answers are still staged. If retention has deleted its rows, an answer must not count: the agent resends
   * it.
   */
  private async stillStaged(answers: readonly Of<'answer'>[]): Promise<ReadonlySet<string>> {
    const staged = stagedOf(answers)
    return staged.length ? holdStaged(this.trx, staged) : new Set()
  }

  private async storeRows(answers: readonly Of<'answer'>[]) {
    const chunks = answers.flatMap(({ outcome: { answerId }, rows }) =>
      answerId && rows.length ? [{ answerId, from: 1, rows }] : [],
    )
    if (chunks.length) await insertRows(this.trx, chunks)
    const staged = stagedOf(answers)
    if (staged.length) await unstage(this.trx, staged)
  }

  private targetOf({ query: { id, tenantId }, agent, outcome }: Of<'answer'>) {
    const { state, answerId, rowCount, truncated, error, stats } = outcome
    return {
      query_id: id,
      host_id: agent.hostId,
      tenant_id: tenantId,
      state,
      late: this.queries.get(id)?.ended_at !== null,
      answer_id: answerId,
      row_count: rowCount,
      truncated,
      error,
      stats,
    }
  }

  private async claim(locked: readonly string[]) {
    if (!locked.length) return
    const targets = (await this.openTargets()).filter(({ id }) => locked.includes(id))
    if (!targets.length) return
    await markSent(this.trx, targets)
    const byHost = new Map<string, OpenTarget[]>()
    for (const target of targets) byHost.set(target.hostId, [...(byHost.get(target.hostId) ?? []), target])
    for (const { change, index } of this.of('claim')) {
      const claimed = byHost.get(change.hostId) ?? []
      this.results[index] = { query: undefined, applied: claimed.length > 0, claimed }
      for (const { id, before } of claimed) {
        const query = this.queries.get(id)
        if (!query || before === 'sent') continue
        query.pending--
        query.sent++
        this.changed.set(id, Math.max(index, this.changed.get(id) ?? 0))
      }
    }
  }

  private async end({ query: ref, why }: Of<'end'>, index: number) {
    const query = this.find(ref)
    this.results[index] = { query, applied: false, claimed: [] }
    if (!query || query.ended_at) return
    await closeTargets(this.trx, ref, why === 'deadline')
    if (why === 'deadline') {
      query.offline += query.pending
      query.expired += query.sent
      query.pending = 0
      query.sent = 0
    }
    query.status = why === 'deadline' ? 'completed' : 'cancelled'
    this.finish(query)
    this.touch(query, index)
  }

  private finish(query: QueryRow) {
    query.ended_at = new Date()
    this.ended.add(query.id)
  }

  private async reopen({ query: ref }: Of<'reopen'>, index: number) {
    const query = this.find(ref)
    this.results[index] = { query, applied: false, claimed: [] }
    if (query?.status !== 'cancelled') return
    const open = await reopenTargets(this.trx, ref)
    const silent = query.pending + query.sent + query.offline + query.expired
    if (open !== silent) throw new Error(`Query ${query.id} counts ${silent} silent targets, and has ${open}`)
    Object.assign(query, { pending: open, sent: 0, offline: 0, expired: 0, status: 'running', ended_at: null })
    query.deadline_at = new Date(Date.now() + query.deadline_seconds * 1_000)
    this.touch(query, index)
  }

  private async store() {
    if (!this.changed.size) return
    for (const [id, index] of this.changed) {
      const query = this.queries.get(id)
      if (!query) continue
      if (!query.ended_at && openOf(query) === 0) {
        query.status = 'completed'
        this.finish(query)
      }
      this.entries[index]?.push(...this.statusOf(query))
    }
    await updateQueries(
      this.trx,
      [...this.changed.keys()].flatMap(id => this.queries.get(id) ?? []),
    )
  }

  private statusOf(query: QueryRow): TopicEntries[] {
    if (this.ended.has(query.id)) return endEntries(query)
    const status: TopicEntries = { topic: queryTopic(query), entries: [statusEntry(query)] }
    // A late answer must not reopen the topic.
    return [query.ended_at ? { ...status, end: query.status } : status]
  }
}

const stagedOf = (answers: readonly Of<'answer'>[]) =>
  answers.flatMap(({ outcome, staged }) => (staged && outcome.answerId ? [outcome.answerId] : []))
