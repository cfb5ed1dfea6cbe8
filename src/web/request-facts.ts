import type { Response } from 'express'
import type { Principal } from '../api'

/** What becomes known of a request on its way, for its log line. */
export interface RequestFacts {
  requestId?: string
  /** The pattern that matched, never the path itself. */
  route?: string
  principal?: Principal
  /** Code of the problem that was answered. */
  problem?: string
}

export const factsOf = (res: Response): RequestFacts => res.locals as RequestFacts
