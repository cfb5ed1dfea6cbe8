import { accessRetention } from '../../src/access/retention'
import { createDb } from '../../src/base/db'
import { withLock } from '../../src/retention/store'
import { sweepTarget } from '../../src/retention/sweep'

/** Sweeps the audit log in a separate process, which is killed once it has reported a few batches. */
const db = createDb(process.env.DATABASE_URL ?? '', 3)
const target = accessRetention(db).find(({ name }) => name === 'audit_log')
let batches = 0
withLock(db, async () => {
  if (!target) throw new Error('There is no audit log')
  const onBatch = async () => {
    batches++
    if (batches === 3) process.stdout.write(`${JSON.stringify({ batches: String(batches) })}\n`)
  }
  await sweepTarget(target, { before: new Date('2023-01-01'), signal: new AbortController().signal, onBatch })
})
