import { type AuditEntry, recordAuditIn } from '../../access'
import type { Transaction } from '../../base/db'
import type { Effect, TopicEntries } from '../../streams'
import { type EnqueueItem, type EnqueueResult, enqueueEffect } from './enqueue-effect'
import { claimKeys, storeKeyJobs } from './key-store'
import type { RequestKey } from './request-key'

/** One or several jobs that a request asks for: all of them are created, or none. */
export interface RequestItem {
  /** Without keys of their own and without parents. */
  jobs: readonly [EnqueueItem, ...EnqueueItem[]]
  key: RequestKey | null
  /** Recorded if any of them is new. */
  audit: AuditEntry
}

export interface RequestedJob {
  id: string
  /** Otherwise an open job with the same dedupe key. */
  isNew: boolean
}

export type RequestResult =
  | { outcome: 'created'; jobs: RequestedJob[] }
  /** The key was used before, for these jobs. */
  | { outcome: 'replayed'; ids: readonly string[] }
  /** The key was used before, for something else. */
  | { outcome: 'key_taken' }

/** Creates what the requests of a flush ask for, with their audit records. */
export const requestEffect: Effect<RequestItem, RequestResult> = {
  name: 'jobs.request',
  async apply(trx, requests) {
    const earlier = await settleKeys(trx, requests)
    const fresh = requests.filter(request => !earlier.has(request))
    const enqueued = await enqueueEffect.apply(
      trx,
      fresh.flatMap(({ jobs }) => jobs),
    )
    const created = new Map<RequestItem, RequestedJob[]>()
    const entries = new Map<RequestItem, TopicEntries[]>()
    let at = 0
    for (const request of fresh) {
      const end = at + request.jobs.length
      created.set(
        request,
        request.jobs.map(({ row }, i) => outcomeOf(row.id, enqueued.results[at + i])),
      )
      entries.set(request, enqueued.entries.slice(at, end).flat())
      at = end
    }
    await storeKeys(trx, created)
    const audited = fresh.filter(request => created.get(request)?.some(({ isNew }) => isNew))
    const events = await recordAuditIn(
      trx,
      audited.map(({ audit }) => audit),
    )
    for (const [i, request] of audited.entries()) if (events[i]) entries.get(request)?.push(events[i])
    return {
      results: requests.map(request => resultOf(earlier.get(request), created.get(request), created)),
      entries: requests.map(request => entries.get(request) ?? []),
    }
  },
}

/** Requests whose key is held already, and by what. */
type Earlier = Map<RequestItem, RequestResult | { outcome: 'repeated'; first: RequestItem }>

async function settleKeys(trx: Transaction, requests: readonly RequestItem[]): Promise<Earlier> {
  const earlier: Earlier = new Map()
  const keyed = requests.flatMap(request =>
    request.key ? [{ request, key: request.key, row: request.jobs[0].row }] : [],
  )
  if (!keyed.length) return earlier
  const holders = await claimKeys(
    trx,
    keyed.map(({ key, row }) => ({ tenantId: row.tenant_id, jobId: row.id, ...key })),
  )
  for (const [i, { request, key, row }] of keyed.entries()) {
    const holder = holders[i]
    if (!holder || holder.jobId === row.id) continue
    const first = keyed.find(other => other.row.id === holder.jobId)?.request
    if (holder.bodyHash !== key.bodyHash) earlier.set(request, { outcome: 'key_taken' })
    else if (first) earlier.set(request, { outcome: 'repeated', first })
    else earlier.set(request, { outcome: 'replayed', ids: holder.jobIds ?? [holder.jobId] })
  }
  return earlier
}

function outcomeOf(id: string, result: EnqueueResult | undefined): RequestedJob {
  if (result?.outcome === 'created') return { id, isNew: true }
  if (result?.outcome === 'deduplicated') return { id: result.id, isNew: false }
  throw new Error(`Job ${id} of a request was neither created nor deduplicated`)
}

/** A key is claimed for the first job as it was asked for: what differs is stored now. */
async function storeKeys(trx: Transaction, created: ReadonlyMap<RequestItem, RequestedJob[]>) {
  for (const [{ key, jobs }, outcomes] of created) {
    if (!key || (outcomes.length === 1 && outcomes[0]?.isNew)) continue
    await storeKeyJobs(trx, { tenantId: jobs[0].row.tenant_id, key: key.key, jobIds: outcomes.map(({ id }) => id) })
  }
}

function resultOf(
  earlier: RequestResult | { outcome: 'repeated'; first: RequestItem } | undefined,
  jobs: RequestedJob[] | undefined,
  created: ReadonlyMap<RequestItem, RequestedJob[]>,
): RequestResult {
  if (earlier?.outcome === 'repeated')
    return { outcome: 'replayed', ids: created.get(earlier.first)?.map(({ id }) => id) ?? [] }
  return earlier ?? { outcome: 'created', jobs: jobs ?? [] }
}
