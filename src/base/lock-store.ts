import type { Transaction } from './db'
import { z } from './parse'
import { oneRow } from './rows'

/**
 * Advisory locks belong to the whole database, so the key contains the schema: two installations in one database must
 * not wait for each other.
 */
const KEY = `hashtextextended(current_schema || '.' || ?::text, 0)`

const freeRow = z.object({ free: z.boolean() })

/**
 * Takes a lock that ends with the transaction, even after kill -9.
 * @returns false if another transaction has it
 */
export async function tryLock(trx: Transaction, name: string): Promise<boolean> {
  return (await oneRow(trx, freeRow, `SELECT pg_try_advisory_xact_lock(${KEY}) AS free`, [name])).free
}
