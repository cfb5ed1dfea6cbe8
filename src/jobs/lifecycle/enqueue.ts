import { Batcher } from '../../base/batcher'
import { Problem } from '../../base/errors'
import { newId } from '../../base/ids'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import { parse } from '../../base/parse'
import type { Actor } from '../../contract/access'
import type { QueueName } from '../../contract/jobs'
import type { Writer } from '../../streams'
import type { Engine, QueuedJob } from '../engine/engine'
import type { AnyKind } from '../kinds/kind'
import type { OnFailure } from '../kinds/run'
import { type EnqueueItem, enqueueEffect } from './enqueue-effect'
import type { JobRow } from './job'
import type { SpawnRefusal } from './job-store'
import { type RequestItem, type RequestResult, requestEffect } from './request-effect'
import { keyTaken, type RequestKey } from './request-key'

/** Max size of a job's encoded input. Larger data belongs in a table of its area, with its id in the input. */
const INPUT_BYTES_MAX = 256 * 1024

export interface EnqueueRequest {
  /** Default: a new one. */
  id?: string | undefined
  tenantId: string
  createdBy: Actor
  /** 0 runs first. */
  priority?: number | undefined
  delayMs?: number | undefined
  /** Why the job was created, for its history. */
  reason?: string | undefined
  key?: RequestKey | undefined
  parent?: { id: string; rootId: string; queue: QueueName; onFailure: OnFailure } | undefined
}

export interface Enqueued {
  /** The new job, or the existing one that is returned instead. */
  id: string
  outcome: 'created' | 'replayed' | 'deduplicated'
  /** Set if the job is new. */
  row: JobRow | null
}

interface Deps {
  streams: Writer
  engine: Engine
  log: Log
}

/** A child was not created, because its parent may no longer spawn. */
export class SpawnRefused extends Error {
  constructor(readonly refusal: SpawnRefusal) {
    super(
      refusal.hasEnded
        ? 'The job has ended and can no longer spawn'
        : 'The job is being cancelled and can no longer spawn',
    )
  }
}

/** Accepts jobs: PostgreSQL first, then BullMQ. */
export class Enqueuer {
  private readonly adds: Batcher<QueuedJob, void>

  constructor(private readonly deps: Deps) {
    this.adds = new Batcher(async jobs => {
      await deps.engine.add(jobs)
      return jobs.map(() => undefined)
    }, 1_000)
  }

  /**
   * Resolves when the job is durable; if Redis is down, it runs later.
   * @throws Problem 400 if the input is invalid, 409 if the key was used for another request
   */
  async enqueue(kind: AnyKind, input: unknown, request: EnqueueRequest): Promise<Enqueued> {
    const accepted = await this.accept(kind, input, request)
    if (accepted.row) {
      const facts = { job_id: accepted.id, kind: kind.name }
      const { log } = this.deps
      await this.add(queuedJobOf(accepted.row, request.parent?.queue)).catch(
        logRetryable(log, 'A job is not in its queue yet', facts, 'warn'),
      )
    }
    return accepted
  }

  /**
   * Makes the job durable without telling BullMQ.
   * @throws SpawnRefused if its parent may no longer have children
   */
  async accept(kind: AnyKind, input: unknown, request: EnqueueRequest): Promise<Enqueued> {
    const item = newItem(kind, input, request)
    const result = await this.deps.streams.commit(enqueueEffect, item)
    const { row } = item
    if (result.outcome === 'created') return { id: row.id, outcome: 'created', row }
    if (result.outcome === 'refused') throw new SpawnRefused(result.refusal)
    if (result.outcome === 'key_taken') throw keyTaken()
    return { id: result.id, outcome: result.outcome, row: null }
  }

  /**
   * Creates what a request asks for: all jobs or none. Resolves when they are durable; if Redis is down, they run later.
   * @throws Problem 409 if the key was used for another request
   */
  async create(request: RequestItem): Promise<Exclude<RequestResult, { outcome: 'key_taken' }>> {
    const result = await this.deps.streams.commit(requestEffect, request)
    if (result.outcome === 'key_taken') throw keyTaken()
    if (result.outcome === 'created') {
      const created = request.jobs.filter((_, i) => result.jobs[i]?.isNew).map(({ row }) => row)
      const facts = { job_id: created[0]?.id, jobs: created.length }
      await this.place(created).catch(logRetryable(this.deps.log, 'Jobs are not in their queue yet', facts, 'warn'))
    }
    return result
  }

  /** Adds new jobs without parents to BullMQ. @throws Error while Redis is down */
  async place(rows: readonly JobRow[]): Promise<void> {
    await Promise.all(rows.map(row => this.add(queuedJobOf(row))))
  }

  /** Adds a job to BullMQ. @throws Error while Redis is down */
  add(job: QueuedJob): Promise<void> {
    return this.adds.ask(job)
  }
}

/**
 * A job that is to be created, for `enqueueEffect`.
 * @param where the place of its input in the request
 * @throws Problem 400 when the input does not fit the kind, 413 when it is too large
 */
export function newItem(kind: AnyKind, input: unknown, request: EnqueueRequest, where = 'body.input'): EnqueueItem {
  const parsed = parse(kind.input, input, where)
  const encoded = JSON.stringify(parsed ?? null)
  if (Buffer.byteLength(encoded) > INPUT_BYTES_MAX) {
    const message = `The input of a job is limited to ${INPUT_BYTES_MAX / 1024} KiB.`
    throw new Problem(413, 'input_too_large', message, [{ path: where, message }])
  }
  const dedupeKey = kind.options.dedupe?.(parsed as never) ?? null
  return { row: newRow(kind, encoded, request), dedupeKey, key: request.key ?? null }
}

function newRow(kind: AnyKind, input: string, request: EnqueueRequest): JobRow {
  const { tenantId, createdBy, delayMs = 0, parent } = request
  const { id = newId() } = request
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
    outcome: null,
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
    waited_ms: null,
    started_at: null,
    ended_at: null,
    version: 0,
  }
}

type QueuedJobRow = Pick<
  JobRow,
  'id' | 'tenant_id' | 'kind' | 'queue' | 'priority' | 'run_at' | 'parent_id' | 'on_failure'
>

/** @param parentQueue undefined if nothing in BullMQ waits for this job */
export function queuedJobOf(row: QueuedJobRow, parentQueue?: QueueName): QueuedJob {
  const { id, tenant_id, kind, queue, priority, run_at, parent_id, on_failure } = row
  const linked = parentQueue && parent_id
  const parent = linked ? { id: parent_id, queue: parentQueue, onFailure: on_failure ?? 'ignore' } : null
  return { id, tenantId: tenant_id, kind, queue: queue as QueueName, priority, runAt: run_at, parent }
}
