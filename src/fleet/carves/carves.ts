import type { Audit, Endpoint } from '../../access'
import type { Db } from '../../base/db'
import type { RetentionTarget } from '../../base/retention'
import type { Agent, CarveBlock, CarveStart } from '../agent'

export interface CarvesDeps {
  db: Db
  audit: Audit
  /** Whether this is a query of which this host is a target. */
  askedFor(agent: Agent, requestId: string): Promise<boolean>
}

/** Files that agents were asked for. */
export interface Carves {
  /** @returns the session id; nothing when nobody asked for it. @throws Problem when it is too large */
  init(agent: Agent, start: CarveStart): Promise<string | undefined>
  /** Resolves when durable. @returns false when there is no such session, or the block is none of it */
  block(block: CarveBlock): Promise<boolean>
  endpoints: Endpoint[]
  retention: RetentionTarget[]
}

export function createCarves(_deps: CarvesDeps): Carves {
  return { init: async () => undefined, block: async () => false, endpoints: [], retention: [] }
}
