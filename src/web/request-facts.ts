import type { Response } from 'express'
import type { Principal } from '../api'

/** Facts about a request, collected while it is handled, for its log line. */
export interface RequestFacts {
  requestId?: string
  /** The matched pattern, never the path itself. */
  route?: string
  /** Pages, static files and whatever machines poll: logged at debug level, so that they do not bury other lines. */
  isRoutine?: boolean
  principal?: Principal
  /** Code of the problem sent, if any. */
  problem?: string
}

export const factsOf = (res: Response): RequestFacts => res.locals as RequestFacts
