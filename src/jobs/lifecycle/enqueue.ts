import { Batcher } from '../../base/batcher'
import { Problem } from '../../base/errors'
import { newId } from '../../base/ids'
import type { Log } from '../../base/log'
import { againLater } from '../../base/outage'
import { parse } from '../../base/parse'
import type { Actor } from '../../contract/access'
import type { QueueName } from '../../contract/jobs'
import type { Writer } from '../../streams'
import type { Engine, Ticket } from '../engine/engine'
import type { AnyKind } from '../kinds/kind'
import type { OnFailure } from '../kinds/run'
import { enqueueEffect } from './enqueue-effect'
import type { JobRow } from './job'
import type { SpawnBar } from './job-store'

/** Encoded input of a job. Larger things belong into a table of their area, with their id in the input. */
const INPUT_BYTES_MAX = 256 * 1024

export interface EnqueueRequest {
  tenantId: string
  createdBy: Actor
  /** 0 runs first. */
  priority?: number | undefined
  delayMs?: number | undefined
  /** Why, for the history. */
  reason?: string | undefined
  /** The same key gives the same job for 24 hours, if the request is the same. */
  key?: { key: string; bodyHash: string } | undefined
  parent?: { id: string; rootId: string; queue: QueueName; onFailure: OnFailure } | undefined
}

export interface Enqueued {
  /** The new job, or the existing one that is answered instead. */
  id: string
  outcome: 'created' | 'replayed' | 'deduplicated'
  /** Set when it is new. */
  row: JobRow | null
}

interface Deps {
  streams: Writer
  engine: Engine
  log: Log
}

/** A child was not created: its parent may not spawn any more. */
export class SpawnBarred extends Error {
  constructor(readonly bar: SpawnBar) {
    super(bar.hasEnded ? 'The job has ended and spawns no more' : 'The job is to be cancelled and spawns no more')
  }
}

/** Accepts jobs: PostgreSQL first, then BullMQ. */
export class Enqueuer {
  private readonly adds: Batcher<Ticket, void>

  constructor(private readonly deps: Deps) {
    this.adds = new Batcher(async tickets => {
      await deps.engine.add(tickets)
      return tickets.map(() => undefined)
    }, 1_000)
  }

  /**
   * Resolves when the job is durable; while Redis is down it runs later.
   * @throws Problem 400 when the input does not fit the kind, 409 when the key was used for another request
   */
  async enqueue(kind: AnyKind, input: unknown, request: EnqueueRequest): Promise<Enqueued> {
    const accepted = await this.accept(kind, input, request)
    if (accepted.row) {
      const facts = { job_id: accepted.id, kind: kind.name }
      const { log } = this.deps
      await this.add(ticketOf(accepted.row, request.parent?.queue)).catch(
        againLater(log, 'A job is not in its queue yet', facts, 'warn'),
      )
    }
    return accepted
  }

  /**
   * Makes the job durable without telling BullMQ.
   * @throws SpawnBarred when its parent may not have children any more
   */
  async accept(kind: AnyKind, input: unknown, request: EnqueueRequest): Promise<Enqueued> {
    const parsed = parse(kind.input, input, 'body.input')
    const encoded = JSON.stringify(parsed ?? null)
    if (Buffer.byteLength(encoded) > INPUT_BYTES_MAX)
      throw new Problem(413, 'input_too_large', `The input of a job may have ${INPUT_BYTES_MAX / 1024} KiB.`)
    const row = newRow(kind, encoded, request)
    const dedupeKey = kind.options.dedupe?.(parsed as never) ?? null
    const result = await this.deps.streams.commit(enqueueEffect, { row, dedupeKey, key: request.key ?? null })
    if (result.outcome === 'created') return { id: row.id, outcome: 'created', row }
    if (result.outcome === 'barred') throw new SpawnBarred(result.bar)
    if (result.outcome === 'key_taken')
      throw new Problem(409, 'idempotency_key_taken', 'This Idempotency-Key was used for another request.')
    return { id: result.id, outcome: result.outcome, row: null }
  }

  /** Tells BullMQ of a job; rejects while Redis is down. */
  add(ticket: Ticket): Promise<void> {
    return this.adds.ask(ticket)
  }
}

function newRow(kind: AnyKind, input: string, request: EnqueueRequest): JobRow {
  const { tenantId, createdBy, delayMs = 0, parent } = request
  const id = newId()
  const now = new Date()
  return {
    tenant_id: tenantId,
    id,
    kind: kind.name,
    queue: kind.queue,
    status: delayMs > 0 ? 'scheduled' : 'pending',
    attempt: 0,
    max_attempts: kind.options.attempts ?? 1,
    priority: request.priority ?? kind.options.priority ?? 0,
    run_at: delayMs > 0 ? new Date(now.getTime() + delayMs) : null,
    input,
    result: null,
    error: null,
    progress: null,
    steps: [],
    parent_id: parent?.id ?? null,
    root_id: parent?.rootId ?? id,
    on_failure: parent?.onFailure ?? null,
    created_by: createdBy,
    reason: request.reason ?? null,
    worker: null,
    cancel: null,
    awaits_children: false,
    created_at: now,
    started_at: null,
    ended_at: null,
    version: 0,
  }
}

type TicketSource = Pick<
  JobRow,
  'id' | 'tenant_id' | 'kind' | 'queue' | 'priority' | 'run_at' | 'parent_id' | 'on_failure'
>

/** @param parentQueue undefined when nothing in BullMQ waits for this job */
export function ticketOf(row: TicketSource, parentQueue?: QueueName): Ticket {
  const { id, tenant_id, kind, queue, priority, run_at, parent_id, on_failure } = row
  const linked = parentQueue && parent_id
  const parent = linked ? { id: parent_id, queue: parentQueue, onFailure: on_failure ?? 'ignore' } : null
  return { id, tenantId: tenant_id, kind, queue: queue as QueueName, priority, runAt: run_at, parent }
}
