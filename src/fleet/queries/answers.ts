import { Batcher } from '../../base/batcher'
import type { Db } from '../../base/db'
import { isUuid } from '../../base/ids'
import { limitedLog } from '../../base/limited-log'
import type { Log } from '../../base/log'
import type { TargetState } from '../../contract/queries'
import type { Writer } from '../../streams'
import type { Agent, Answer, Row } from '../agent'
import { changeEffect } from './change-effect'
import type { QueryNotifier } from './notifier'
import { outcomeOf } from './outcome'
import type { Outcome } from './query-store'
import { type Chunk, discard, insertRows, stage } from './rows-store'
import { readTargets, type TargetFacts } from './target-store'

/** Larger answers, and those that do not fit into a frame, are staged first, so that they do not delay other hosts. */
const UNSTAGED_ROWS_MAX = 20
/** Max rows per statement, to keep it short. */
const CHUNK_ROWS = 2_000
const CHUNKS_MAX = 50
const LOOKUPS_MAX = 2_000
/** Max rows of a query over all hosts. Answers beyond that count, but their rows are not stored. */
const QUERY_ROWS_MAX = 5_000_000

interface Deps {
  db: Db
  streams: Writer
  log: Log
  notifier: QueryNotifier
  onAnswer(state: TargetState | 'refused' | 'repeated'): void
}

/** Stores the answers of hosts: each only once, however often it is delivered, and only from targets of the query. */
export class Answers {
  private readonly targets: Batcher<{ tenantId: string; hostId: string; queryId: string }, TargetFacts | undefined>
  private readonly chunks: Batcher<Chunk, void>
  private readonly refusals: Log

  constructor(private readonly deps: Deps) {
    this.refusals = limitedLog(deps.log)
    this.targets = new Batcher(async refs => {
      const targets = await readTargets(deps.db, refs)
      const byKey = new Map(targets.map(target => [`${target.hostId}/${target.queryId}`, target]))
      return refs.map(({ hostId, queryId }) => byKey.get(`${hostId}/${queryId}`))
    }, LOOKUPS_MAX)
    this.chunks = new Batcher(async chunks => {
      await insertRows(deps.db, chunks)
      return chunks.map(() => undefined)
    }, CHUNKS_MAX)
  }

  /**
   * Resolves when all answers are durable. Answers to queries that were not for this host are ignored: if they were
   * refused, the agent would resend them forever, and with them everything it reports later.
   */
  async take(agent: Agent, answers: readonly Answer[]): Promise<void> {
    const taken = await Promise.all(answers.map(answer => this.takeOne(agent, answer)))
    const refused = answers.filter((_, i) => !taken[i])
    if (refused.length)
      this.refusals.warn('Ignored answers of a host to queries that were not for it', {
        host_id: agent.hostId,
        query_id: refused[0]?.queryId,
        answers: refused.length,
      })
  }

  /** @returns false if the query was not for this host */
  private async takeOne(agent: Agent, answer: Answer): Promise<boolean> {
    const { tenantId, hostId } = agent
    const { queryId } = answer
    // Not one of our queries.
    if (!isUuid(queryId)) return true
    const outcome = outcomeOf(answer)
    const few = answer.rows.length <= Math.min(UNSTAGED_ROWS_MAX, outcome.preview.length)
    // Storing it shows whether it counts, which saves the usual answer a lookup.
    if (few && (await this.store(agent, queryId, outcome, answer.rows))) return true
    const target = await this.targets.ask({ tenantId, hostId, queryId })
    // Retention has deleted the query.
    if (!target) return true
    if (!target.isTarget) this.deps.onAnswer('refused')
    else if (few || target.answered) this.deps.onAnswer('repeated')
    else await this.storeStaged(agent, queryId, bounded(outcome, target), answer.rows)
    return target.isTarget
  }

  /** @param staged whether the rows are already stored. @returns whether the answer counts */
  private async store(agent: Agent, queryId: string, outcome: Outcome, rows: readonly Row[], staged = false) {
    const query = { tenantId: agent.tenantId, id: queryId }
    const change = { type: 'answer' as const, query, agent, outcome, staged, rows }
    const { applied, query: after } = await this.deps.streams.commit(changeEffect, change)
    if (!applied) return false
    this.deps.onAnswer(outcome.state)
    this.deps.notifier.announceChange(queryId, after?.ended_at != null)
    return true
  }

  private async storeStaged(agent: Agent, queryId: string, outcome: Outcome, rows: readonly Row[]): Promise<void> {
    const { answerId, rowCount } = outcome
    if (answerId) await this.stageRows(answerId, rows.slice(0, rowCount))
    if (await this.store(agent, queryId, outcome, [], answerId !== null)) return
    // Another delivery was faster.
    this.deps.onAnswer('repeated')
    if (answerId) await discard(this.deps.db, answerId)
  }

  private async stageRows(answerId: string, rows: readonly Row[]): Promise<void> {
    await stage(this.deps.db, answerId)
    for (let start = 0; start < rows.length; start += CHUNK_ROWS)
      await this.chunks.ask({ answerId, from: start + 1, rows: rows.slice(start, start + CHUNK_ROWS) })
  }
}

/** The outcome, without its rows and marked as truncated if its query has too many rows. */
function bounded(outcome: Outcome, { rowCount }: TargetFacts): Outcome {
  if (rowCount + outcome.rowCount <= QUERY_ROWS_MAX) return outcome
  return { ...outcome, answerId: null, rowCount: 0, preview: [], truncated: true }
}
