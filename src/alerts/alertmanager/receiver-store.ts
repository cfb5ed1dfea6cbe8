import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { receiverType } from '../../contract/receivers'

const row = z.object({
  name: z.string(),
  type: receiverType,
  settings: z.record(z.string(), z.unknown()),
  send_resolved: z.boolean(),
})

/** More are not listed. */
const RECEIVERS_MAX = 2_000

/** The receivers of a tenant by name, without their secrets. */
export const readReceivers = (db: Db, tenantId: string) =>
  manyRows(
    db,
    row,
    'SELECT name, type, settings, send_resolved FROM receivers WHERE tenant_id = ? ORDER BY name LIMIT ?',
    [tenantId, RECEIVERS_MAX],
  )
