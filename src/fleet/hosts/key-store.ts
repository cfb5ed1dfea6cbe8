import { type Db, rows } from '../../base/db'

/** A host, as one of its keys opens it. */
export interface KeyRow {
  hash: string
  id: string
  tenant_id: string
  host_identifier: string
  hostname: string
  platform: string
  /** When this key stops being good; null for the current one. */
  until: Date | null
  refreshed_at: Date | null
  refresh_wanted_at: Date | null
  labels_checked_at: Date | null
}

const COLUMNS = 'id, tenant_id, host_identifier, hostname, platform, refreshed_at, refresh_wanted_at, labels_checked_at'

/** Which of these hashes are of keys that are good now. */
export const hostsByKey = (db: Db, hashes: string[]) =>
  rows<KeyRow>(
    db,
    `SELECT node_key_hash AS hash, NULL AS until, ${COLUMNS} FROM hosts WHERE node_key_hash = ANY(:hashes::text[])
     UNION ALL
     SELECT previous_key_hash, previous_key_until, ${COLUMNS} FROM hosts
     WHERE previous_key_hash = ANY(:hashes::text[]) AND previous_key_until > now()`,
    { hashes },
  )
