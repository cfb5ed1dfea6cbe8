import { deadline } from '../../base/deadline'
import type { Outbound } from '../../base/outbound'
import type { CheckOutcome } from '../../contract/checks'
import type { CheckDeps } from './check-type'
import { noOutcome } from './no-outcome'
import { createPhases, Down, type Phases, type Trace } from './phases'

/** What one check works with. */
export interface Attempt {
  outbound: Outbound
  trace: Trace
  phases: Phases
  /** Aborted at the deadline of the whole check. */
  signal: AbortSignal
  /** Receives what is found out. */
  outcome: CheckOutcome
}

/**
 * Checks something once, within its timeout.
 * @param work throws `Down` if the check fails; returns what to log if it passes
 * @throws the reason of an aborted signal; anything else is a bug
 */
export async function attempt(
  timeoutMs: number,
  { outbound, signal, trace }: CheckDeps,
  work: (attempt: Attempt) => Promise<string>,
): Promise<CheckOutcome> {
  const phases = createPhases(trace)
  const limit = deadline(signal, timeoutMs)
  const outcome = { ...noOutcome('down', null), phases_ms: phases.ms }
  let passed = ''
  try {
    passed = await work({ outbound, trace, phases, signal: limit.signal, outcome })
    outcome.status = 'up'
  } catch (error) {
    if (!(error instanceof Down)) throw error
    outcome.error = error.failure
  } finally {
    limit.end()
  }
  outcome.latency_ms ??= phases.total()
  await logOutcome(outcome, passed, trace)
  return outcome
}

function logOutcome({ status, latency_ms, error }: CheckOutcome, passed: string, trace: Trace) {
  if (error) return trace.log('error', `down after ${latency_ms} ms: ${error.message}`, { status, code: error.code })
  return trace.log('info', `up: ${passed}`, { status, latency_ms })
}
