import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows } from '../../base/rows'
import { activePack, BYTES } from './pack-store'

const sizedPack = activePack.omit({ content: true })
export type SizedPack = z.output<typeof sizedPack>

/** The enabled packs with their sizes. Serializes changes to the tenant's packs until the end of the transaction. */
export async function sizedPacks(trx: Transaction, tenantId: string): Promise<SizedPack[]> {
  await trx.raw(`SELECT pg_advisory_xact_lock(hashtext('tailrace.packs'), hashtext(?))`, [tenantId])
  return manyRows(
    trx,
    sizedPack,
    `SELECT name, platforms, labels, ${BYTES} AS bytes FROM packs
     WHERE tenant_id = ? AND enabled ORDER BY name`,
    [tenantId],
  )
}

const hostGroup = z.object({
  platform: z.string(),
  osquery_version: z.string(),
  labels: z.array(z.string()),
  /** The name of one of these hosts. */
  host: z.string(),
})
/** Hosts that are served the same packs. */
export type HostGroup = z.output<typeof hostGroup>

/** @param labels the names of labels that packs require */
export const hostGroups = (db: Db, tenantId: string, labels: string[]) =>
  manyRows(
    db,
    hostGroup,
    `SELECT platform, osquery_version, labels, min(host) AS host FROM (
       SELECT h.platform, h.osquery_version, coalesce(nullif(h.hostname, ''), h.host_identifier) AS host,
         ARRAY(SELECT l.name FROM label_hosts m JOIN labels l ON l.id = m.label_id
           WHERE m.host_id = h.id AND l.name = ANY(:labels::text[]) ORDER BY l.name) AS labels
       FROM hosts h WHERE h.tenant_id = :tenantId) AS each
     GROUP BY platform, osquery_version, labels`,
    { tenantId, labels },
  )

/** The osquery version of a host; empty if unknown. */
export async function osqueryVersionOf(db: Db, tenantId: string, hostId: string): Promise<string> {
  const host = await firstRow(
    db,
    z.object({ osquery_version: z.string() }),
    'SELECT osquery_version FROM hosts WHERE tenant_id = ? AND id = ?',
    [tenantId, hostId],
  )
  return host?.osquery_version ?? ''
}
