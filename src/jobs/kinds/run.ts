import type { Level } from '../../base/log'
import type { Actor } from '../../contract/access'
import type { Kind } from './kind'

export interface LineFacts {
  /** The step it belongs to; the surrounding `run.step` unless given. */
  step?: string | null
  /** JSON-serialisable facts shown with the line. */
  data?: unknown
}

/** A promise means that the buffer is full: wait for it before logging more. */
export type LogLine = (message: string, facts?: LineFacts) => Promise<void> | undefined

/**
 * What becomes of the parent when a child fails for good:
 * `fail` it fails too, at once · `continue` it continues at once, without waiting for the other children ·
 * `ignore` it waits for the other children, and the failure is recorded · `forget` the same, but nothing is recorded.
 */
export const ON_FAILURE = ['fail', 'continue', 'ignore', 'forget'] as const
export type OnFailure = (typeof ON_FAILURE)[number]

export interface SpawnOptions {
  /** Default `ignore`. */
  onFailure?: OnFailure
  priority?: number
  delayMs?: number
}

/** All that a handler sees of the job platform. */
export interface Run {
  readonly id: string
  readonly tenantId: string
  /** From 1. */
  readonly attempt: number
  readonly createdBy: Actor
  /** Aborted on cancel, time limit and shutdown: a handler that waits must listen. */
  readonly signal: AbortSignal
  readonly log: Record<Level, LogLine>
  /** Runs `work` as a named step; lines logged inside belong to it. Steps may run in parallel. */
  step<T>(name: string, work: () => Promise<T> | T): Promise<T>
  /** Replaces the job's progress (JSON object up to 16 KiB). Published at most every 150 ms; the last value always is. */
  progress(value: Record<string, unknown>): void
  /** The progress that an earlier run of this job has stored; null when there is none. */
  readonly storedProgress: Record<string, unknown> | null
  /** The same as `progress`, at once: resolves when it is stored. @throws AbortError when this run is to end */
  storeProgress(value: Record<string, unknown>): Promise<void>
  /** Enqueues a child. The job ends only after all its children have. Resolves when the child is durable. */
  spawn<Input, Given>(kind: Kind<Input, Given>, input: Given, options?: SpawnOptions): Promise<{ id: string }>
}

/** Thrown by a handler: the job fails now, whatever attempts are left. */
export class JobFailure extends Error {
  override name = 'JobFailure'

  constructor(
    /** Machine-readable; shown as `error.code`. */
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}
