import type { RequestOf, RouteAt } from '../../src/contract/api'
import type { CheckOutcome } from '../../src/contract/checks'
import { postLines } from '../post-lines'

/** A line of the log of a check. */
export interface CheckLine {
  at: string
  level: string
  step: string | null
  message: string
}

/** The parts of the reply, line by line; the last one has the check. */
type Part = { line: CheckLine } | { check: CheckOutcome }

type TryBody = RequestOf<RouteAt<'post', '/api/monitors/try'>>['body']

/**
 * Runs a check with settings that are not saved, and passes on its log lines while it runs.
 * @throws ApiError if the settings are refused
 */
export async function tryCheck(
  body: TryBody,
  onLine: (line: CheckLine) => void,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  let check: CheckOutcome | undefined
  const take = (part: unknown) => {
    const known = part as Part
    if ('line' in known) onLine(known.line)
    else if ('check' in known) check = known.check
  }
  await postLines('/api/monitors/try', body, take, signal)
  if (!check) throw new Error('The check ended without a result. Try again.')
  return check
}
