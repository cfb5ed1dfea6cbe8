import type { SendOutcome } from '../receivers'
import type { Claimed } from './send-store'

/** How an attempt to send a notification ended. */
export interface OutcomeItem {
  claimed: Claimed
  startedAt: Date
  endedAt: Date
  outcome: SendOutcome
  /** False if the receiver was not asked: it says nothing about it. */
  wasTried: boolean
}
