import type { Request, RequestHandler, Response } from 'express'
import { isOutage } from '../base/outage'
import { changeError, nothingDone, type PendingRequest, runRequest } from '../base/request-timeout'

/** How far a request has got. */
interface Work {
  /** The request was authorized and parsed: from here on it may have changed something. */
  hasBegun: boolean
}

export type TimedHandler = (req: Request, res: Response, work: Work) => Promise<void>

/**
 * Answers within seconds even if PostgreSQL is unavailable, and tells whether a change was certainly not made or may
 * have been. An open stream counts as answered.
 */
export function timedHandler(handle: TimedHandler, isUnavailable: () => Promise<boolean>): RequestHandler {
  return async (req, res) => {
    const work: Work = { hasBegun: false }
    const changes = req.method !== 'GET' && req.method !== 'HEAD'
    const isUnavailableNow = async () => !res.headersSent && (await isUnavailable())
    const errorFor = (request: PendingRequest, error: Error) => (changes ? changeOutcome(error, work, request) : error)
    await runRequest(
      request =>
        handle(req, res, work).catch(error => {
          throw errorFor(request, error)
        }),
      { isUnavailable: isUnavailableNow, giveUp: request => errorFor(request, new NoAnswer()) },
    )
  }
}

/** PostgreSQL did not answer; `isOutage` recognizes this error by its message. */
class NoAnswer extends Error {
  constructor() {
    super('timeout expired')
  }
}

const changeOutcome = (error: Error, { hasBegun }: Work, request: PendingRequest): Error =>
  !hasBegun && isOutage(error) ? nothingDone() : changeError(error, request)
