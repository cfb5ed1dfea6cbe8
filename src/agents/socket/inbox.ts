import type { Log } from '../../base/log'
import { isOutage } from '../../base/outage'
import type { AgentRow } from '../agents/agent-store'
import type { ContainerRow } from '../containers/container-rows'
import type { Batch, IngestItem, IngestResult } from '../ingest/ingest-effect'
import { Levels } from '../logs/level'

interface Deps {
  log: Log
  store(item: IngestItem): Promise<IngestResult>
  /** All up to this record of a segment is durable. */
  onStored(segment: string, seq: number): void
  onResult(result: Extract<IngestResult, { outcome: 'stored' }>): void
  /** There is a newer connection. */
  onStale(): void
  /** Nothing can be stored now: what was not acknowledged has to come again. */
  onFailed(): void
  /** It has room again, or not any more. */
  onRoom(hasRoom: boolean): void
}

/** Records stored in one commit, and records that may wait. */
const COMMIT_MAX = 2_000
const WAITING_MAX = 10_000

/** Stores what a connection receives, in order, and as much at a time as has come meanwhile. */
export class Inbox {
  private waiting: Batch[] = []
  private count = 0
  private running: Promise<void> | undefined
  private closed = false
  private readonly levels = new Levels()
  /** How far the agent's clock is ahead. */
  clockOffsetMs = 0

  constructor(
    private readonly agent: Pick<AgentRow, 'id' | 'epoch'>,
    /** The agent's containers, by name. */
    readonly containers: Map<string, ContainerRow>,
    private readonly deps: Deps,
  ) {}

  add(batch: Batch) {
    this.waiting.push(batch)
    this.count += batch.records.length
    if (this.count > WAITING_MAX) this.deps.onRoom(false)
    this.running ??= this.run().finally(() => {
      this.running = undefined
    })
  }

  /** What has not begun to be stored is left to the next connection. */
  async close() {
    this.closed = true
    await this.running
  }

  private async run() {
    while (this.waiting.length && !this.closed) {
      const batches = this.take()
      await this.store(batches)
      this.count -= batches.reduce((sum, { records }) => sum + records.length, 0)
      if (this.count <= WAITING_MAX / 2) this.deps.onRoom(true)
    }
  }

  private take(): Batch[] {
    let records = 0
    const fits = (batch: Batch) => {
      records += batch.records.length
      return records <= COMMIT_MAX
    }
    const rest = this.waiting.findIndex(batch => !fits(batch))
    return this.waiting.splice(0, rest < 0 ? this.waiting.length : Math.max(1, rest))
  }

  private async store(batches: readonly Batch[]): Promise<void> {
    try {
      const { id: agentId, epoch } = this.agent
      const { containers: known, levels, clockOffsetMs } = this
      const result = await this.deps.store({ agentId, epoch, batches, known, levels, clockOffsetMs })
      if (result.outcome === 'stale') {
        this.closed = true
        return this.deps.onStale()
      }
      for (const [name, row] of result.containers) this.containers.set(name, row)
      for (const [segment, seq] of lastOf(batches)) this.deps.onStored(segment, seq)
      this.deps.onResult(result)
    } catch (error) {
      await this.isolate(batches, error)
    }
  }

  /** A record that PostgreSQL refuses is left out: the agent would send it forever. */
  private async isolate(batches: readonly Batch[], error: unknown): Promise<void> {
    if (isOutage(error) || this.closed) {
      this.closed = true
      return this.deps.onFailed()
    }
    const single = batches.flatMap(({ segment, first, records }) =>
      records.map((each, i) => ({ segment, first: first + i, records: [each] })),
    )
    if (single.length > 1) {
      for (const batch of single) if (!this.closed) await this.store([batch])
      return
    }
    const [batch] = single
    const facts = { agent_id: this.agent.id, type: batch?.records[0]?.t ?? null, error: String(error) }
    this.deps.log.error('A record of an agent could not be stored, and is left out', facts)
    if (batch?.records[0]) await this.store([{ ...batch, records: [null] }])
    else {
      this.closed = true
      this.deps.onFailed()
    }
  }
}

const lastOf = (batches: readonly Batch[]) =>
  new Map(batches.map(({ segment, first, records }) => [segment, first + records.length - 1]))
