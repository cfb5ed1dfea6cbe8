import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { AgentRef } from './agent-store'

const nameRow = z.object({ name: z.string() })

/** The names of the topics of all containers of an agent. */
export async function containerTopics(db: Db, { tenantId, id }: AgentRef): Promise<string[]> {
  const found = await manyRows(
    db,
    nameRow,
    "SELECT 'container:' || id AS name FROM containers WHERE tenant_id = ? AND agent_id = ? ORDER BY id",
    [tenantId, id],
  )
  return found.map(({ name }) => name)
}
