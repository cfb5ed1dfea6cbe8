import { type Db, rows, type Transaction } from '../../base/db'
import type { HostNote, HostStatus } from './host'

interface NoteRow {
  tenant_id: string
  id: string
  host_identifier: string
  hostname: string
  platform: string
  status: HostStatus
  last_seen_at: Date
}

const NOTE = 'h.tenant_id, h.id, h.host_identifier, h.hostname, h.platform, h.status, h.last_seen_at'

const noteOf = (row: NoteRow): HostNote => ({
  tenantId: row.tenant_id,
  id: row.id,
  hostIdentifier: row.host_identifier,
  hostname: row.hostname,
  platform: row.platform,
  status: row.status,
  lastSeenAt: row.last_seen_at,
})

/** A host and how many ms ago it was here: clocks of machines differ, their pace does not. */
export interface Sighting {
  id: string
  ageMs: number
}

/** Stores when hosts were seen that are online anyway. @returns the ids of those that are not */
export async function touchOnline(db: Db, sightings: readonly Sighting[]): Promise<string[]> {
  const others = await rows<{ id: string }>(
    db,
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

/** Stores when hosts were seen. @returns those that were not there before */
export async function storeSightings(
  trx: Transaction,
  sightings: readonly Sighting[],
  windowMs: number,
): Promise<HostNote[]> {
  const changed = await rows<NoteRow>(
    trx,
    `WITH seen AS (
       SELECT h.id, h.status AS before, greatest(h.last_seen_at, now() - seen.age_ms * interval '1 ms') AS at
       FROM unnest(:ids::uuid[], :ages::float8[]) AS seen (id, age_ms) JOIN hosts h ON h.id = seen.id
       ORDER BY h.id FOR NO KEY UPDATE OF h),
     updated AS (
       UPDATE hosts h SET last_seen_at = seen.at,
         status = CASE WHEN seen.at > now() - :windowMs * interval '1 ms' THEN 'online' ELSE h.status END
       FROM seen WHERE h.id = seen.id
       RETURNING ${NOTE}, seen.before)
     SELECT * FROM updated h WHERE h.status <> h.before`,
    { ...asArrays(sightings), windowMs },
  )
  return changed.map(noteOf)
}

/** Marks hosts that were not seen for so long, a bounded number at a time. @returns those that were something else before */
export async function markUnseen(
  trx: Transaction,
  { from, to, afterMs, limit }: { from: HostStatus[]; to: HostStatus; afterMs: number; limit: number },
): Promise<HostNote[]> {
  const changed = await rows<NoteRow>(
    trx,
    `UPDATE hosts h SET status = :to FROM (
       SELECT id FROM hosts WHERE status = ANY(:from::text[]) AND last_seen_at < now() - :afterMs * interval '1 ms'
       ORDER BY id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED) AS unseen
     WHERE h.id = unseen.id RETURNING ${NOTE}`,
    { from, to, afterMs, limit },
  )
  return changed.map(noteOf)
}

/** Of all tenants. */
export const countByStatus = (db: Db) =>
  rows<{ status: HostStatus; hosts: number }>(
    db,
    'SELECT status, count(*)::integer AS hosts FROM hosts GROUP BY status',
  )
