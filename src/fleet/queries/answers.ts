import { Batcher } from '../../base/batcher'
import type { Db } from '../../base/db'
import { isUuid } from '../../base/ids'
import { limitedLog } from '../../base/limited-log'
import type { Log } from '../../base/log'
import type { Writer } from '../../streams'
import type { Agent, Answer, Row } from '../agent'
import { changeEffect } from './change-effect'
import { outcomeOf } from './outcome'
import type { Outcome, State } from './query'
import { type Chunk, discard, insertRows, stage } from './rows-store'
import type { Signals } from './signals'
import { type AskedTarget, askedTargets } from './target-store'

/** More rows than this, or more than go into a frame, are stored ahead, so that they do not hold up the answers of others. */
const ROWS_AT_ONCE = 20
/** They are stored in pieces of this many, so that no statement lasts long. */
const CHUNK_ROWS = 2_000
const CHUNKS_TOGETHER = 50
const ASKS_TOGETHER = 2_000
/** Rows of one query over all hosts; answers beyond are counted, and their rows are not kept. */
const QUERY_ROWS_MAX = 5_000_000

interface Deps {
  db: Db
  streams: Writer
  log: Log
  signals: Signals
  onAnswer(state: State | 'refused' | 'repeated'): void
}

/** Takes in what hosts answer: each once, however often it is delivered, and from those that were asked. */
export class Answers {
  private readonly asked: Batcher<{ tenantId: string; hostId: string; queryId: string }, AskedTarget | undefined>
  private readonly chunks: Batcher<Chunk, void>

  private readonly refusals: Log

  constructor(private readonly deps: Deps) {
    this.refusals = limitedLog(deps.log)
    this.asked = new Batcher(async asks => {
      const found = await askedTargets(deps.db, asks)
      const byKey = new Map(found.map(target => [`${target.hostId}/${target.queryId}`, target]))
      return asks.map(({ hostId, queryId }) => byKey.get(`${hostId}/${queryId}`))
    }, ASKS_TOGETHER)
    this.chunks = new Batcher(async chunks => {
      await insertRows(deps.db, chunks)
      return chunks.map(() => undefined)
    }, CHUNKS_TOGETHER)
  }

  /**
   * Resolves when all of it is durable. What was not asked of this host is left out: refusing the delivery would make
   * the agent send it for ever, together with everything that it has to say later.
   */
  async take(agent: Agent, answers: readonly Answer[]): Promise<void> {
    const taken = await Promise.all(answers.map(answer => this.takeOne(agent, answer)))
    const refused = answers.filter((_, i) => !taken[i])
    if (refused.length)
      this.refusals.warn('A host answered what was asked of others; it is left out', {
        host_id: agent.hostId,
        query_id: refused[0]?.queryId,
        answers: refused.length,
      })
  }

  /** @returns false when it was asked of others */
  private async takeOne(agent: Agent, answer: Answer): Promise<boolean> {
    const { tenantId, hostId } = agent
    const { queryId } = answer
    // of another server, or of none
    if (!isUuid(queryId)) return true
    const outcome = outcomeOf(answer)
    const few = answer.rows.length <= Math.min(ROWS_AT_ONCE, outcome.preview.length)
    // whether it counts is seen where it is stored: who answers well is not looked up before
    if (few && (await this.store(agent, queryId, outcome, answer.rows))) return true
    const target = await this.asked.ask({ tenantId, hostId, queryId })
    // one that retention has taken long ago: nothing to note
    if (!target) return true
    if (!target.isTarget) this.deps.onAnswer('refused')
    else if (few || target.answered) this.deps.onAnswer('repeated')
    else await this.storeAhead(agent, queryId, bounded(outcome, target), answer.rows)
    return target.isTarget
  }

  /** @param staged whose rows are stored already. @returns whether the answer counts */
  private async store(agent: Agent, queryId: string, outcome: Outcome, rows: readonly Row[], staged = false) {
    const query = { tenantId: agent.tenantId, id: queryId }
    const change = { type: 'answer' as const, query, agent, outcome, staged, rows }
    const { applied, query: after } = await this.deps.streams.commit(changeEffect, change)
    if (!applied) return false
    this.deps.onAnswer(outcome.state)
    this.deps.signals.tellMoved(queryId, after?.ended_at != null)
    return true
  }

  private async storeAhead(agent: Agent, queryId: string, outcome: Outcome, rows: readonly Row[]): Promise<void> {
    const { answerId, rowCount } = outcome
    if (answerId) await this.stageRows(answerId, rows.slice(0, rowCount))
    if (await this.store(agent, queryId, outcome, [], answerId !== null)) return
    // another delivery was faster
    this.deps.onAnswer('repeated')
    if (answerId) await discard(this.deps.db, answerId)
  }

  private async stageRows(answerId: string, rows: readonly Row[]): Promise<void> {
    await stage(this.deps.db, answerId)
    for (let start = 0; start < rows.length; start += CHUNK_ROWS)
      await this.chunks.ask({ answerId, from: start + 1, rows: rows.slice(start, start + CHUNK_ROWS) })
  }
}

/** A query that has brought too much keeps no more rows, and says so. */
function bounded(outcome: Outcome, { rowCount }: AskedTarget): Outcome {
  if (rowCount + outcome.rowCount <= QUERY_ROWS_MAX) return outcome
  return { ...outcome, answerId: null, rowCount: 0, preview: [], truncated: true }
}
