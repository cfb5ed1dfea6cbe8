import type { Actor } from '../../contract/access'

/** Why somebody acts on a job or a queue. */
export interface Reason {
  reason: string
  by: Actor
}
