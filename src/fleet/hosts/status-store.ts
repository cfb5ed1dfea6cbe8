import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { type HostStatus, hostStatus } from '../../contract/hosts'
import type { HostSummary } from './host-entries'

const summaryRow = z.object({
  tenant_id: z.string(),
  id: z.string(),
  host_identifier: z.string(),
  hostname: z.string(),
  platform: z.string(),
  status: hostStatus,
  last_seen_at: z.date(),
})
const SUMMARY = 'h.tenant_id, h.id, h.host_identifier, h.hostname, h.platform, h.status, h.last_seen_at'

const summaryOf = (row: z.output<typeof summaryRow>): HostSummary => ({
  tenantId: row.tenant_id,
  id: row.id,
  hostIdentifier: row.host_identifier,
  hostname: row.hostname,
  platform: row.platform,
  status: row.status,
  lastSeenAt: row.last_seen_at,
})

/** How many ms ago a host was seen. An age rather than a time, because the clocks of machines differ. */
export interface Sighting {
  id: string
  ageMs: number
}

/** Stores when online hosts were last seen. @returns the ids of the hosts that are not online */
export async function touchOnline(db: Db, sightings: readonly Sighting[]): Promise<string[]> {
  const others = await manyRows(
    db,
    z.object({ id: z.string() }),
    `WITH seen AS (
       SELECT h.id, h.status, seen.age_ms FROM unnest(:ids::uuid[], :ages::float8[]) AS seen (id, age_ms)
       JOIN hosts h ON h.id = seen.id ORDER BY h.id FOR NO KEY UPDATE OF h),
     touched AS (
       UPDATE hosts h SET last_seen_at = greatest(h.last_seen_at, now() - seen.age_ms * interval '1 ms')
       FROM seen WHERE h.id = seen.id AND seen.status = 'online')
     SELECT id FROM seen WHERE status <> 'online'`,
    asArrays(sightings),
  )
  return others.map(({ id }) => id)
}

const asArrays = (sightings: readonly Sighting[]) => ({
  ids: sightings.map(({ id }) => id),
  ages: sightings.map(({ ageMs }) => ageMs),
})

/** Stores when hosts were last seen. @returns those that became online */
export async function storeSightings(
  trx: Transaction,
  sightings: readonly Sighting[],
  windowMs: number,
): Promise<HostSummary[]> {
  const changed = await manyRows(
    trx,
    summaryRow,
    `WITH seen AS (
       SELECT h.id, h.status AS before, greatest(h.last_seen_at, now() - seen.age_ms * interval '1 ms') AS at
       FROM unnest(:ids::uuid[], :ages::float8[]) AS seen (id, age_ms) JOIN hosts h ON h.id = seen.id
       ORDER BY h.id FOR NO KEY UPDATE OF h),
     updated AS (
       UPDATE hosts h SET last_seen_at = seen.at,
         status = CASE WHEN seen.at > now() - :windowMs * interval '1 ms' THEN 'online' ELSE h.status END
       FROM seen WHERE h.id = seen.id
       RETURNING ${SUMMARY}, seen.before)
     SELECT ${SUMMARY} FROM updated h WHERE h.status <> h.before`,
    { ...asArrays(sightings), windowMs },
  )
  return changed.map(summaryOf)
}

/** Changes the status of up to `limit` hosts that were last seen more than `afterMs` ago. @returns those hosts */
export async function markUnseen(
  trx: Transaction,
  { from, to, afterMs, limit }: { from: HostStatus[]; to: HostStatus; afterMs: number; limit: number },
): Promise<HostSummary[]> {
  const changed = await manyRows(
    trx,
    summaryRow,
    `UPDATE hosts h SET status = :to FROM (
       SELECT id FROM hosts WHERE status = ANY(:from::text[]) AND last_seen_at < now() - :afterMs * interval '1 ms'
       ORDER BY id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED) AS unseen
     WHERE h.id = unseen.id RETURNING ${SUMMARY}`,
    { from, to, afterMs, limit },
  )
  return changed.map(summaryOf)
}

/** Hosts of all tenants by status. */
export const countByStatus = (db: Db) =>
  manyRows(
    db,
    z.object({ status: hostStatus, count: z.number() }),
    'SELECT status, count(*)::integer AS count FROM hosts GROUP BY status',
  )
