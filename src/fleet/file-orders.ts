import type { Transaction } from '../base/db'
import type { Agent } from './agent'

/** Queries that asked a host for files. */
export interface FileOrders {
  /** @returns the id of the query whose answer names the carve */
  byGuid(trx: Transaction, agent: Agent, carveGuid: string): Promise<string | undefined>
  /** @returns ids of those given to the host lately whose answers name no carve, or are not here yet; the oldest first */
  recent(trx: Transaction, agent: Agent): Promise<string[]>
}
