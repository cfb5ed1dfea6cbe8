import { DEFAULT_TENANT_ID } from '../../api'
import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow } from '../../base/rows'

export const KEY_TABLE = 'agent_server_keys'
/** There is only one, so its id is fixed. */
export const KEY_ID = '00000000-0000-7000-8000-000000000001'

const keyRow = z.object({ public_key: z.string(), secrets: z.string() })
export type KeyRow = z.output<typeof keyRow>

export const readKey = (db: Db): Promise<KeyRow | undefined> =>
  firstRow(db, keyRow, 'SELECT public_key, secrets FROM agent_server_keys WHERE id = ?', [KEY_ID])

/** Stores a key unless there is one already. */
export async function addKey(db: Db, key: KeyRow): Promise<void> {
  await db.raw(
    `INSERT INTO agent_server_keys (id, tenant_id, public_key, secrets)
     VALUES (:id, :tenantId, :public_key, :secrets) ON CONFLICT DO NOTHING`,
    { ...key, id: KEY_ID, tenantId: DEFAULT_TENANT_ID },
  )
}
