import type { Response } from 'express'
import type { Principal } from '../api'

/** Facts about a request, collected while it is handled, for its log line. */
export interface RequestFacts {
  requestId?: string
  /** The matched pattern, never the path itself. */
  route?: string
  principal?: Principal
  /** Code of the problem sent, if any. */
  problem?: string
}

export const factsOf = (res: Response): RequestFacts => res.locals as RequestFacts
