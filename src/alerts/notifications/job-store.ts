import type { Transaction } from '../../base/db'
import { firstRow, idRow } from '../../base/rows'
import type { DueHead } from './send-store'

/** Gives a notification another job. @returns whether it still had the one that is known to be over */
export async function replaceJob(trx: Transaction, { id, job_id }: DueHead, jobId: string): Promise<boolean> {
  const changed = await firstRow(
    trx,
    idRow,
    `UPDATE notifications SET job_id = ? WHERE id = ? AND status = 'pending' AND job_id IS NOT DISTINCT FROM ?
     RETURNING id`,
    [jobId, id, job_id],
  )
  return changed !== undefined
}
