import { setTimeout as delay } from 'node:timers/promises'
import { UnrecoverableError } from 'bullmq'
import { messageOf } from '../../base/errors'
import { isOutage } from '../../base/outage'
import { redactText } from '../../base/redact'
import type { JobError, JobOutcome, JobStatus } from '../../contract/jobs'
import type { AnyKind } from '../kinds/kind'
import { JobFailure } from '../kinds/run'
import type { JobRow } from '../lifecycle/job'
import type { AbortReason } from './active-run'

const RESULT_BYTES_MAX = 256 * 1024
const ERROR_CHARS_MAX = 8_000
const BACKOFF_MS = 1_000
const BACKOFF_MS_MAX = 60 * 60_000
const OUTAGE_RETRY_MS = [100, 200, 400, 800, 1_500, 2_000]

/** Tells BullMQ that the job ended without success, after that was stored in PostgreSQL. */
export class EndedForGood extends UnrecoverableError {
  constructor(
    readonly outcome: JobStatus,
    message: string = outcome,
  ) {
    super(message)
  }
}

/** Tells BullMQ to run the job again, after that was stored in PostgreSQL. */
export class RunAgain extends Error {
  constructor(
    message: string,
    readonly delayMs: number,
  ) {
    super(message)
  }
}

/**
 * What a handler has returned: as it is stored, and what it means.
 * @throws JobFailure if it is too large or not JSON
 */
export function resultOf(kind: AnyKind, value: unknown): { result: string | null; outcome: JobOutcome } {
  const result = encodeResult(value)
  const { level, text } = kind.outcome(value as never)
  return { result, outcome: { level, text: redactText(text) } } // events and lists show it to viewers, too
}

function encodeResult(value: unknown): string | null {
  if (value === undefined) return null
  const encoded = JSON.stringify(value)
  if (encoded === undefined) throw new JobFailure('result_invalid', 'The result of a job must be JSON')
  if (Buffer.byteLength(encoded) > RESULT_BYTES_MAX)
    throw new JobFailure('result_too_large', `The result of a job is limited to ${RESULT_BYTES_MAX / 1024} KiB`)
  return encoded
}

export function errorOf(thrown: unknown, aborted: AbortReason | undefined, kind: AnyKind): JobError {
  if (aborted === 'timeout')
    return { code: 'timeout', message: `The attempt exceeded its time limit of ${kind.options.timeLimitMs} ms` }
  // Redacted because events, lines, attempts and failures show it to viewers.
  const message = redactText(messageOf(thrown)).slice(0, ERROR_CHARS_MAX)
  return { code: thrown instanceof JobFailure ? thrown.code : 'error', message }
}

/**
 * Retries for a few seconds while PostgreSQL is down. The worker's slot stays taken in the meantime, so that jobs due
 * during an outage do not cycle through Redis.
 * @throws the last error if the outage lasts longer
 */
export async function retryDuringOutage<T>(work: () => Promise<T>): Promise<T> {
  for (const waitMs of OUTAGE_RETRY_MS) {
    try {
      return await work()
    } catch (error) {
      if (!isOutage(error)) throw error
    }
    await delay(waitMs)
  }
  return work()
}

/** The delay before the next attempt; null if this was the last. */
export function retryOf(thrown: unknown, row: JobRow, kind: AnyKind): { delayMs: number } | null {
  const attempt = row.attempt + 1
  if (thrown instanceof JobFailure || attempt >= row.max_attempts) return null
  const base = kind.options.backoffMs ?? BACKOFF_MS
  return { delayMs: Math.min(base * 2 ** (attempt - 1), BACKOFF_MS_MAX) }
}
