import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows } from '../../base/rows'
import type { CommandStatus } from '../../contract/containers'
import { COMMAND_COLUMNS, type CommandRow, commandShape } from './command-rows'

interface Ref {
  tenantId: string
  id: string
}

export const findCommand = (db: Db, { tenantId, id }: Ref): Promise<CommandRow | undefined> =>
  firstRow(db, commandShape, `SELECT ${COMMAND_COLUMNS} FROM agent_commands c WHERE c.tenant_id = ? AND c.id = ?`, [
    tenantId,
    id,
  ])

export interface CommandFilter {
  agent?: string | undefined
  container?: string | undefined
  status?: readonly CommandStatus[] | undefined
}

/** Newest first. */
export function listCommands(
  db: Db,
  tenantId: string,
  { agent, container, status }: CommandFilter,
  { before, limit }: { before: string | undefined; limit: number },
): Promise<CommandRow[]> {
  const conditions = ['c.tenant_id = :tenantId']
  if (agent) conditions.push('c.agent_id = :agent')
  if (container) conditions.push('c.container_id = :container')
  if (status) conditions.push('c.status = ANY(:status::text[])')
  if (before) conditions.push('c.id < :before')
  return manyRows(
    db,
    commandShape,
    `SELECT ${COMMAND_COLUMNS} FROM agent_commands c WHERE ${conditions.join(' AND ')} ORDER BY c.id DESC LIMIT :limit`,
    {
      tenantId,
      agent: agent ?? '',
      container: container ?? '',
      status: [...(status ?? [])],
      before: before ?? '',
      limit,
    },
  )
}

const earlierRow = z.object({ id: z.string(), request_hash: z.string().nullable() })

/** The command that a request with this key has got within a day. */
export const findByKey = (db: Db, tenantId: string, key: string) =>
  firstRow(
    db,
    earlierRow,
    `SELECT id, request_hash FROM agent_commands
     WHERE tenant_id = :tenantId AND request_key = :key AND created_at > now() - interval '24 hours'`,
    { tenantId, key },
  )

const agentRow = z.object({ agent_id: z.string() })

/** Agents with commands that have not been sent. */
export const agentsWithWork = async (db: Db, agentIds: readonly string[]): Promise<string[]> => {
  const found = await manyRows(
    db,
    agentRow,
    `SELECT DISTINCT agent_id FROM agent_commands
     WHERE agent_id = ANY(:agentIds::uuid[]) AND ended_at IS NULL AND status = 'queued'`,
    { agentIds: [...agentIds] },
  )
  return found.map(({ agent_id }) => agent_id)
}
