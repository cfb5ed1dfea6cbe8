import type { Actor } from '../../contract/access'

/** Who acts on a job or a queue, and why. */
export interface Reason {
  reason: string
  by: Actor
}
