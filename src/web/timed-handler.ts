import type { Request, RequestHandler, Response } from 'express'
import { isOutage } from '../base/outage'
import { changeError, nothingDone, type PendingRequest, runRequest } from '../base/request-timeout'

/** Progress of a request. */
interface Work {
  /** It was authorised and parsed: from here on something may have been changed. */
  hasBegun: boolean
}

export type TimedHandler = (req: Request, res: Response, work: Work) => Promise<void>

/**
 * Answers within seconds while PostgreSQL is away, and says of a change whether it was certainly not made or may have
 * been. An open stream counts as answered.
 */
export function timedHandler(handle: TimedHandler, isAway: () => Promise<boolean>): RequestHandler {
  return async (req, res) => {
    const work: Work = { hasBegun: false }
    const changes = req.method !== 'GET' && req.method !== 'HEAD'
    const isAwayNow = async () => !res.headersSent && (await isAway())
    const errorFor = (request: PendingRequest, error: Error) => (changes ? changeOutcome(error, work, request) : error)
    await runRequest(
      request =>
        handle(req, res, work).catch(error => {
          throw errorFor(request, error)
        }),
      { isAway: isAwayNow, giveUp: request => errorFor(request, new NoAnswer()) },
    )
  }
}

/** PostgreSQL has not answered; `isOutage` recognises it by its message. */
class NoAnswer extends Error {
  constructor() {
    super('timeout expired')
  }
}

const changeOutcome = (error: Error, { hasBegun }: Work, request: PendingRequest): Error =>
  !hasBegun && isOutage(error) ? nothingDone() : changeError(error, request)
