import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'

/** A host, found by one of its keys. */
const keyRow = z.object({
  hash: z.string(),
  id: z.string(),
  tenant_id: z.string(),
  host_identifier: z.string(),
  hostname: z.string(),
  platform: z.string(),
  /** When this key expires; null for the current one. */
  until: z.date().nullable(),
  refreshed_at: z.date().nullable(),
  refresh_wanted_at: z.date().nullable(),
  labels_checked_at: z.date().nullable(),
})
export type KeyRow = z.output<typeof keyRow>

const COLUMNS = 'id, tenant_id, host_identifier, hostname, platform, refreshed_at, refresh_wanted_at, labels_checked_at'

/** The hosts whose valid keys have these hashes. */
export const hostsByKey = (db: Db, hashes: string[]) =>
  manyRows(
    db,
    keyRow,
    `SELECT node_key_hash AS hash, NULL AS until, ${COLUMNS} FROM hosts WHERE node_key_hash = ANY(:hashes::text[])
     UNION ALL
     SELECT previous_key_hash, previous_key_until, ${COLUMNS} FROM hosts
     WHERE previous_key_hash = ANY(:hashes::text[]) AND previous_key_until > now()`,
    { hashes },
  )
