import type { Request, RequestHandler, Response } from 'express'
import { isOutage } from '../base/outage'
import { type Asker, notTaken, toldOfChange, whileAsked } from '../base/patience'

/** How far a request has come. */
interface Work {
  /** It was let in and understood: from here on something may have been changed. */
  hasBegun: boolean
}

export type TimedHandler = (req: Request, res: Response, work: Work) => Promise<void>

/**
 * Answers while PostgreSQL is away within seconds, and says of a change whether it was done: surely not, or not known.
 * A stream that is open has answered.
 */
export function inTime(handle: TimedHandler, isAway: () => Promise<boolean>): RequestHandler {
  return async (req, res) => {
    const work: Work = { hasBegun: false }
    const changes = req.method !== 'GET' && req.method !== 'HEAD'
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

const honest = (error: Error, { hasBegun }: Work, asker: Asker): Error =>
  !hasBegun && isOutage(error) ? notTaken() : toldOfChange(error, asker)
