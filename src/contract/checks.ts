import { z } from 'zod'
import { time } from './fields'
import { CHECK_STATUSES } from './values'

export const checkStatus = z.enum(CHECK_STATUSES)
export type CheckStatus = z.output<typeof checkStatus>

/** Milliseconds per phase; null for phases that were never reached. */
export const phasesMs = z.object({
  dns: z.number().nullable(),
  connect: z.number().nullable(),
  tls: z.number().nullable(),
  first_byte: z.number().nullable(),
  transfer: z.number().nullable(),
})

/** The certificate a server presented. */
export const checkTls = z.object({
  valid: z.boolean(),
  subject: z.string(),
  issuer: z.string(),
  names: z.array(z.string()),
  valid_from: time,
  expires_at: time,
  days_left: z.number(),
  /** When the first certificate of the served chain expires. */
  chain_expires_at: time,
  /** When the best chain that can be verified expires; null if there is none. */
  verified_expires_at: time.nullable(),
  fingerprint: z.string(),
  protocol: z.string(),
  cipher: z.string(),
  /** A code such as `tls_expired`; null if the chain is valid. */
  chain_problem: z.string().nullable(),
  /** Everything that is wrong with it, in words. */
  problems: z.array(z.string()),
})
export type CheckTls = z.output<typeof checkTls>

/** What is kept of an answer that failed a check. */
export const checkAnswer = z.object({
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  truncated: z.boolean(),
})
export type CheckAnswer = z.output<typeof checkAnswer>

/** The outcome of one check. */
export const checkOutcome = z.object({
  status: checkStatus,
  checked_at: time,
  /** All phases together; null when nothing was measured. */
  latency_ms: z.number().nullable(),
  phases_ms: phasesMs,
  status_code: z.number().nullable(),
  tls: checkTls.nullable(),
  error: z.object({ code: z.string(), message: z.string(), phase: z.string().optional() }).nullable(),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
  /** What the type adds: addresses, records, lost packets, the last URL, ... */
  details: z.record(z.string(), z.unknown()),
  /** Of checks that failed after an answer. */
  answer: checkAnswer.nullable(),
})
export type CheckOutcome = z.output<typeof checkOutcome>

/** A check as it is stored. */
export const check = checkOutcome
  .extend({
    id: z.string(),
    monitor_id: z.string(),
    /** How often it was tried before the result counted: see `retries` and `confirm_up`. */
    attempts: z.number(),
    /** `schedule`, `job` (by hand) or `push`. */
    by: z.enum(['schedule', 'job', 'push']),
  })
  .meta({ id: 'Check' })
export type Check = z.output<typeof check>
