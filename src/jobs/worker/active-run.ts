import { setTimeout as delay } from 'node:timers/promises'
import type { Level, Log } from '../../base/log'
import { ignoreOutage } from '../../base/outage'
import type { QueueName } from '../../contract/jobs'
import type { Fence, Writer } from '../../streams'
import type { Kind } from '../kinds/kind'
import type { LineFacts, LogLine, Run, SpawnOptions } from '../kinds/run'
import { type Enqueuer, queuedJobOf, SpawnRefused } from '../lifecycle/enqueue'
import { fenceMark, type JobRow, type JobState, jobTopic } from '../lifecycle/job'
import { type TransitionResult, transitionEffect } from '../lifecycle/transition-effect'
import type { Change } from '../lifecycle/transitions'
import { checkSize, ProgressReports } from './progress'
import { Steps } from './steps'

/** Why a run is aborted. */
export type AbortReason = 'cancel' | 'timeout' | 'shutdown' | 'superseded'

/** How long a handler may take to end after its signal was aborted; then the run is abandoned. */
const GRACE_MS = 700
/** Max step changes waiting for the database before the handler has to wait for them. */
const CHANGES_AHEAD = 20
const ADD_RETRY_MS = 500

export interface RunDeps {
  streams: Writer
  enqueuer: Enqueuer
  log: Log
  /** Stored as `worker` of its jobs. */
  process: string
}

/** One run of a job in this process. */
export class ActiveRun implements Run {
  readonly attempt: number
  /** Why it was aborted, if it was. */
  aborted: AbortReason | undefined
  hasChildren = false
  private readonly topic
  private readonly lineFence: Fence
  private readonly steps = new Steps(() => this.aborted === 'cancel')
  private controller: AbortController | undefined
  private reports: ProgressReports | undefined
  private lines: Record<Level, LogLine> | undefined
  private changesAhead = 0
  private closed = false
  /** The job as last stored, as far as this run knows. */
  private known: JobState
  private abandon: (() => void) | undefined
  private graceTimer: NodeJS.Timeout | undefined

  constructor(
    private readonly deps: RunDeps,
    private readonly row: JobRow,
  ) {
    this.attempt = row.attempt + 1
    this.topic = jobTopic(row)
    this.known = row
    this.lineFence = { mark: fenceMark(this.key), onRefused: count => this.linesRefused(count) }
  }

  get id() {
    return this.row.id
  }
  get tenantId() {
    return this.row.tenant_id
  }
  get kind() {
    return this.row.kind
  }
  get createdBy() {
    return this.row.created_by
  }

  /** Its controller is created on first use: most short jobs never need one. */
  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController()
      if (this.aborted) this.controller.abort(abortError(this.aborted))
    }
    return this.controller.signal
  }

  get log(): Record<Level, LogLine> {
    this.lines ??= {
      debug: (message, facts) => this.line('debug', message, facts),
      info: (message, facts) => this.line('info', message, facts),
      warn: (message, facts) => this.line('warn', message, facts),
      error: (message, facts) => this.line('error', message, facts),
    }
    return this.lines
  }

  private line(level: Level, message: string, facts: LineFacts = {}): Promise<void> | undefined {
    // The attempt is over or belongs to another run.
    if (this.closed || this.aborted === 'superseded') return undefined
    const step = facts.step === undefined ? Steps.current : facts.step
    this.steps.countLine(step)
    const { attempt, row } = this
    const entry = { kind: 'log', level, message: String(message), step, attempt, source: row.kind, data: facts.data }
    return this.deps.streams.write(this.topic, [entry], this.lineFence)
  }

  /** The job has ended or belongs to another run: BullMQ may report that much later, or never. */
  private linesRefused(count: number) {
    this.deps.log.warn('Lines of a superseded run were not stored', { job_id: this.id, lines: count })
    this.abort('superseded')
  }

  countLines(step: string, count: number) {
    this.steps.countLine(step, count)
  }

  step<T>(name: string, work: () => Promise<T> | T): Promise<T> {
    return this.steps.run(name, work, () => this.advance({ steps: this.steps.snapshot() }))
  }

  progress(value: Record<string, unknown>) {
    if (this.closed) return
    this.reports ??= new ProgressReports(progress => void this.advance({ progress }))
    this.reports.report(value)
  }

  get storedProgress() {
    return this.row.progress
  }

  async storeProgress(progress: Record<string, unknown>) {
    this.signal.throwIfAborted()
    checkSize(progress)
    this.reports?.flush()
    const result = await this.commit({ type: 'advance', progress, ...this.key })
    if (result?.applied) return
    this.abort('superseded')
    this.signal.throwIfAborted()
  }

  private advance(what: Pick<Extract<Change, { type: 'advance' }>, 'steps' | 'progress'>): Promise<void> | undefined {
    if (this.closed) return undefined
    this.changesAhead++
    const done = this.commit({ type: 'advance', ...what, ...this.key })
      .catch(error => this.deps.log.error('Cannot store steps or progress', { job_id: this.id, error: String(error) }))
      .then(() => void this.changesAhead--)
    return this.changesAhead > CHANGES_AHEAD ? done : undefined
  }

  async spawn<Input, Given>(
    kind: Kind<Input, Given>,
    input: Given,
    options: SpawnOptions = {},
  ): Promise<{ id: string }> {
    this.signal.throwIfAborted()
    const { row } = this
    const queue = row.queue as QueueName
    const parent = { id: row.id, rootId: row.root_id, queue, onFailure: options.onFailure ?? 'ignore' }
    const { priority, delayMs } = options
    const request = { tenantId: row.tenant_id, createdBy: row.created_by, parent, priority, delayMs }
    const child = await this.deps.enqueuer.accept(kind, input, request).catch(error => this.spawnRefused(error))
    if (!child.row) return { id: child.id }
    this.hasChildren = true
    await this.addChild(child.row, queue)
    return { id: child.id }
  }

  /** A cancel of an ancestor may reach this job only here. */
  private async spawnRefused(error: unknown): Promise<never> {
    if (!(error instanceof SpawnRefused)) throw error
    const { hasEnded, cancel } = error.refusal
    if (cancel && !hasEnded) await this.commit({ type: 'request_cancel', cancel })
    this.abort(cancel && !hasEnded ? 'cancel' : 'superseded')
    throw error
  }

  /** BullMQ must have the child before the parent starts to wait for it. */
  private async addChild(row: JobRow, parentQueue: QueueName) {
    for (;;) {
      try {
        return await this.deps.enqueuer.add(queuedJobOf(row, parentQueue))
      } catch (error) {
        ignoreOutage(error)
        await delay(ADD_RETRY_MS, undefined, { signal: this.signal })
      }
    }
  }

  /** Aborts the run's signal; after a grace period the run is abandoned. */
  abort(reason: AbortReason) {
    if (this.aborted || this.closed) return
    this.aborted = reason
    this.controller?.abort(abortError(reason))
    this.graceTimer = setTimeout(() => {
      void this.log.warn(
        `The handler did not end within ${GRACE_MS} ms of its signal (${reason}); the job continues without it`,
      )
      this.abandon?.()
    }, GRACE_MS)
  }

  /** Settles like `work`, or rejects when the handler ignores its signal. */
  within<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.abandon = () => reject(abortError(this.aborted ?? 'cancel'))
      work.then(resolve, reject)
    })
  }

  /** Accepts no more lines and changes. @returns the last state of the steps */
  close() {
    this.reports?.close()
    clearTimeout(this.graceTimer)
    this.closed = true
    return this.steps.snapshot()
  }

  get key() {
    return { attempt: this.attempt, worker: this.deps.process }
  }

  async commit(change: Change): Promise<TransitionResult> {
    const result = await this.deps.streams.commit(transitionEffect, {
      tenantId: this.tenantId,
      id: this.id,
      change,
      known: () => this.known,
    })
    if (result) this.known = result.state
    return result
  }
}

function abortError(reason: AbortReason) {
  const error = new Error(`The run was aborted: ${reason}`)
  error.name = 'AbortError'
  return error
}
