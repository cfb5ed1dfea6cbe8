import type { Level } from '../../base/log'
import type { Actor } from '../../contract/access'
import type { Kind } from './kind'

export interface LineFacts {
  /** The step it belongs to; default: the surrounding `run.step`. */
  step?: string | null
  /** JSON-serializable facts shown with the line. */
  data?: unknown
}

/** Returns a promise when the buffer is full: await it before logging more. */
export type LogLine = (message: string, facts?: LineFacts) => Promise<void> | undefined

/**
 * What happens to the parent when a child fails:
 * `fail`: it fails at once, too · `continue`: it continues at once, without waiting for the other children ·
 * `ignore`: it waits for the other children, and the failure is recorded · `forget`: the same, without a record.
 */
export const ON_FAILURE = ['fail', 'continue', 'ignore', 'forget'] as const
export type OnFailure = (typeof ON_FAILURE)[number]

export interface SpawnOptions {
  /** Default `ignore`. */
  onFailure?: OnFailure
  priority?: number
  delayMs?: number
}

/** The job platform as a handler sees it. */
export interface Run {
  readonly id: string
  readonly tenantId: string
  /** From 1. */
  readonly attempt: number
  readonly createdBy: Actor
  /** Aborted on cancel, time limit and shutdown: pass it to everything the handler waits for. */
  readonly signal: AbortSignal
  readonly log: Record<Level, LogLine>
  /** Counts lines of a step that are not written by `log`, but with the rows that they are about. */
  countLines(step: string, count: number): void
  /** Runs `work` as a named step; lines logged inside belong to it. Steps may run in parallel. */
  step<T>(name: string, work: () => Promise<T> | T): Promise<T>
  /**
   * Replaces the job's progress (JSON object up to 16 KiB). Published at most every 150 ms, and always the last
   * value.
   */
  progress(value: Record<string, unknown>): void
  /** The progress stored by an earlier run of this job; null if there is none. */
  readonly storedProgress: Record<string, unknown> | null
  /** Like `progress`, but resolves when the value is stored. @throws AbortError if this run was aborted */
  storeProgress(value: Record<string, unknown>): Promise<void>
  /** Enqueues a child; resolves when it is durable. The job ends only after all its children have. */
  spawn<Input, Given>(kind: Kind<Input, Given>, input: Given, options?: SpawnOptions): Promise<{ id: string }>
}

/**
 * Thrown by a handler to hand the job back: it runs again after a delay, from the start. That is no failure and uses up
 * no attempt; meanwhile it takes no worker's slot.
 */
export class RunLater extends Error {
  override name = 'RunLater'

  constructor(readonly delayMs: number) {
    super(`To be run again in ${delayMs} ms`)
  }
}

/** Thrown by a handler to fail the job without further attempts. */
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
