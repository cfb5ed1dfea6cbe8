import { type Db, rows, type Transaction } from '../../base/db'
import { type ActivePack, BYTES } from './pack-store'

export type SizedPack = Omit<ActivePack, 'content'>

/** The enabled packs, while nobody else in the tenant stores one; to be called after the change. */
export async function sizedPacks(trx: Transaction, tenantId: string): Promise<SizedPack[]> {
  await trx.raw(`SELECT pg_advisory_xact_lock(hashtext('tailrace.packs'), hashtext(?))`, [tenantId])
  return rows<SizedPack>(
    trx,
    `SELECT name, platforms, labels, ${BYTES} AS bytes FROM packs
     WHERE tenant_id = ? AND enabled ORDER BY name`,
    [tenantId],
  )
}

/** Hosts that are served the same. */
export interface HostGroup {
  platform: string
  osquery_version: string
  labels: string[]
  /** One of them. */
  host: string
}

/** @param labels names of those that decide */
export function hostGroups(db: Db, tenantId: string, labels: string[]): Promise<HostGroup[]> {
  return rows<HostGroup>(
    db,
    `SELECT platform, osquery_version, labels, min(host) AS host FROM (
       SELECT h.platform, h.osquery_version, coalesce(nullif(h.hostname, ''), h.host_identifier) AS host,
         ARRAY(SELECT l.name FROM label_hosts m JOIN labels l ON l.id = m.label_id
           WHERE m.host_id = h.id AND l.name = ANY(:labels::text[]) ORDER BY l.name) AS labels
       FROM hosts h WHERE h.tenant_id = :tenantId) AS each
     GROUP BY platform, osquery_version, labels`,
    { tenantId, labels },
  )
}

export async function osqueryVersionOf(db: Db, tenantId: string, hostId: string): Promise<string> {
  const [found] = await rows<{ osquery_version: string }>(
    db,
    'SELECT osquery_version FROM hosts WHERE tenant_id = ? AND id = ?',
    [tenantId, hostId],
  )
  return found?.osquery_version ?? ''
}
