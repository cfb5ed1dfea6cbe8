import type { Transaction } from '../base/db'
import type { Agent } from './agent'

/** Finds the queries that asked a host for files. */
export interface CarveQueries {
  /** @returns the id of the query whose answer names the carve */
  byGuid(trx: Transaction, agent: Agent, carveGuid: string): Promise<string | undefined>
  /** @returns ids of recent queries on the host whose answers name no carve or have not arrived yet, oldest first */
  recent(trx: Transaction, agent: Agent): Promise<string[]>
}
