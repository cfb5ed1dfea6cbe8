import type { Transaction } from '../../base/db'
import type { Effect } from '../../streams'
import { createdEntries } from './entries'
import type { JobRow } from './job'
import { findByDedupeKey, insertJobs, type JobRef, lockParents, type SpawnRefusal } from './job-store'
import { claimKeys, storeKeyJobs } from './key-store'
import type { RequestKey } from './request-key'

export interface EnqueueItem {
  row: JobRow
  dedupeKey: string | null
  key: RequestKey | null
}

export type EnqueueResult =
  | { outcome: 'created' }
  /** The key was used before, for this job. */
  | { outcome: 'replayed'; id: string }
  /** The key was used before, for something else. */
  | { outcome: 'key_taken' }
  /** An open job holds the dedupe key. */
  | { outcome: 'deduplicated'; id: string }
  /** The parent has ended, or it or an ancestor is being cancelled. */
  | { outcome: 'refused'; refusal: SpawnRefusal }

type Outcomes = Map<EnqueueItem, EnqueueResult>

/** Inserts all jobs of a flush at once: rows and stream entries. */
export const enqueueEffect: Effect<EnqueueItem, EnqueueResult> = {
  name: 'jobs.enqueue',
  async apply(trx, items) {
    const outcomes: Outcomes = new Map()
    await settleSpawns(trx, items, outcomes)
    await settleKeys(trx, items, outcomes)
    const fresh = items.filter(item => !outcomes.has(item))
    await settleDuplicates(trx, fresh, outcomes)
    const created = fresh.filter(item => !outcomes.has(item))
    if (created.length) await insertAll(trx, created, outcomes)
    await reassignKeys(trx, items, outcomes)
    const results = items.map((item): EnqueueResult => outcomes.get(item) ?? { outcome: 'created' })
    const entries = items.map((item, i) => (results[i]?.outcome === 'created' ? createdEntries(item.row) : []))
    return { results, entries }
  },
}

async function settleSpawns(trx: Transaction, items: readonly EnqueueItem[], outcomes: Outcomes) {
  const parents = new Map<string, JobRef>()
  for (const { row } of items)
    if (row.parent_id) parents.set(row.parent_id, { tenantId: row.tenant_id, id: row.parent_id })
  if (!parents.size) return
  const refusals = await lockParents(trx, [...parents.values()])
  for (const item of items) {
    const refusal = refusals.get(item.row.parent_id ?? '')
    if (refusal) outcomes.set(item, { outcome: 'refused', refusal })
  }
}

async function settleKeys(trx: Transaction, items: readonly EnqueueItem[], outcomes: Outcomes) {
  const keyed = items.flatMap(item => (item.key ? [{ item, key: item.key }] : []))
  if (!keyed.length) return
  const holders = await claimKeys(
    trx,
    keyed.map(({ item, key }) => ({ tenantId: item.row.tenant_id, jobId: item.row.id, ...key })),
  )
  for (const [i, { item, key }] of keyed.entries()) {
    const holder = holders[i]
    if (!holder || holder.jobId === item.row.id) continue
    outcomes.set(
      item,
      holder.bodyHash === key.bodyHash ? { outcome: 'replayed', id: holder.jobId } : { outcome: 'key_taken' },
    )
  }
}

const slotOf = ({ row, dedupeKey }: EnqueueItem) => `${row.tenant_id}/${row.kind}/${dedupeKey}`

/** Of the jobs in a flush that share a dedupe key, the first is inserted and returned for the others. */
async function settleDuplicates(trx: Transaction, items: readonly EnqueueItem[], outcomes: Outcomes) {
  const holders = new Map<string, string>()
  const keyed = items.filter(item => item.dedupeKey !== null)
  if (!keyed.length) return
  for (const [item, id] of await holdersOf(trx, keyed)) if (id) holders.set(slotOf(item), id)
  for (const item of keyed) {
    const holder = holders.get(slotOf(item))
    if (holder) outcomes.set(item, { outcome: 'deduplicated', id: holder })
    else holders.set(slotOf(item), item.row.id)
  }
}

async function holdersOf(trx: Transaction, items: readonly EnqueueItem[]) {
  const ids = await findByDedupeKey(
    trx,
    items.map(({ row, dedupeKey }) => ({ tenantId: row.tenant_id, kind: row.kind, key: dedupeKey ?? '' })),
  )
  return items.map((item, i) => [item, ids[i]] as const)
}

/** Inserts jobs. Another process may have claimed a dedupe key since it was looked up. */
async function insertAll(trx: Transaction, items: readonly EnqueueItem[], outcomes: Outcomes) {
  const inserted = await insertJobs(trx, items)
  const refused = items.filter(item => !inserted.has(item.row.id))
  if (!refused.length) return
  const instead = new Map<string, string>()
  for (const [item, id] of await holdersOf(trx, refused)) {
    if (!id) throw new Error(`Job ${item.row.id} was neither inserted nor found`)
    instead.set(item.row.id, id)
    outcomes.set(item, { outcome: 'deduplicated', id })
  }
  for (const [item, outcome] of outcomes) {
    const holder = outcome.outcome === 'deduplicated' && instead.get(outcome.id)
    if (holder) outcomes.set(item, { outcome: 'deduplicated', id: holder })
  }
}

/** Points idempotency keys at the existing jobs where their own were deduplicated. */
async function reassignKeys(trx: Transaction, items: readonly EnqueueItem[], outcomes: Outcomes) {
  for (const item of items) {
    const outcome = outcomes.get(item)
    if (item.key && outcome?.outcome === 'deduplicated')
      await storeKeyJobs(trx, { tenantId: item.row.tenant_id, key: item.key.key, jobIds: [outcome.id] })
  }
}
