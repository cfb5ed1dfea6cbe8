import { Problem } from '../../base/errors'
import type { Log } from '../../base/log'
import { isOutage } from '../../base/outage'
import { type Answer, Refusal, said } from './answer'

export const UNAVAILABLE: Answer = {
  ...said(503, 'Part of this service is unavailable or overloaded. Try again soon.'),
  headers: { 'Retry-After': '2' },
}

/** The answer to a failed request, in Alertmanager's form. Bugs reveal no details. */
export function answerToFailure(error: unknown, log: Log): Answer {
  if (error instanceof Refusal) return error.answer
  if (error instanceof Problem) return answerToProblem(error)
  if (isOutage(error)) return UNAVAILABLE
  log.error("A request of Alertmanager's API failed because of a bug", {
    error: error instanceof Error ? error : new Error(String(error)),
  })
  return said(500, 'An internal error occurred. See the server log for details.')
}

function answerToProblem({ status, detail, errors, headers }: Problem): Answer {
  const faults = errors.map(({ path, message }) => `${path}: ${message}`)
  return { ...said(status, [detail, ...faults].join(' ')), headers }
}
