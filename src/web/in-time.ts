import type { Request, RequestHandler, Response } from 'express'
import { Problem } from '../base/errors'
import { isOutage } from '../base/outage'
import { type Asker, notTaken, outcomeUnknown, whileAsked } from '../base/patience'

/** How far a request has come. */
interface Work {
  /** It was let in and understood: from here on something may have been changed. */
  hasBegun: boolean
}

export type TimedHandler = (req: Request, res: Response, work: Work) => Promise<void>

/**
 * Answers while PostgreSQL is away within seconds, and says of a change whether it was done: surely not, or not known.
 * Streams have answered by then, or their readers wait as well as we do.
 */
export function inTime(handle: TimedHandler, isAway: () => Promise<boolean>): RequestHandler {
  return async (req, res) => {
    const work: Work = { hasBegun: false }
    const changes = req.method !== 'GET' && req.method !== 'HEAD'
    if (!changes && req.get('accept')?.includes('text/event-stream')) return handle(req, res, work)
    const isAwayNow = async () => !res.headersSent && (await isAway())
    const told = (asker: Asker, error: Error) => (changes ? honest(error, work, asker) : error)
    await whileAsked(
      asker =>
        handle(req, res, work).catch(error => {
          throw told(asker, error)
        }),
      { isAway: isAwayNow, giveUp: asker => told(asker, new Silent()) },
    )
  }
}

/** PostgreSQL has not answered; `isOutage` knows it by its text. */
class Silent extends Error {
  constructor() {
    super('timeout expired')
  }
}

function honest(error: Error, { hasBegun }: Work, { hasChanged }: Asker): Error {
  const isTakenBack = error instanceof Problem && error.code === 'unavailable'
  if (!isTakenBack && !isOutage(error)) return error
  if (!hasBegun) return notTaken()
  return isTakenBack && !hasChanged ? error : outcomeUnknown()
}
