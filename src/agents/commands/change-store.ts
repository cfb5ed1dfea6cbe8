import type { Transaction } from '../../base/db'
import { firstRow, manyRows } from '../../base/rows'
import type { Actor } from '../../contract/access'
import type { CommandStatus, ContainerAction } from '../../contract/containers'
import { COMMAND_COLUMNS, type CommandRow, commandShape } from './command-rows'

export interface NewCommand {
  id: string
  tenantId: string
  agentId: string
  containerId: string
  containerName: string
  image: string
  engineId: string
  action: ContainerAction
  reason: string
  confirmed: boolean
  graceSeconds: number
  requestKey: string | null
  requestHash: string | null
  createdBy: Actor
  /** From now. */
  expiresMs: number
  givenUpMs: number
}

/** @returns nothing if another command has the same key */
export const insertCommand = (trx: Transaction, command: NewCommand): Promise<CommandRow | undefined> =>
  firstRow(
    trx,
    commandShape,
    `INSERT INTO agent_commands AS c (id, tenant_id, agent_id, container_id, container_name, image, engine_id, action,
       reason, confirmed, grace_seconds, request_key, request_hash, created_by, expires_at, given_up_at)
     VALUES (:id, :tenantId, :agentId, :containerId, :containerName, :image, :engineId, :action, :reason, :confirmed,
       :graceSeconds, :requestKey, :requestHash, :createdBy, now() + :expiresMs * interval '1 ms',
       now() + :givenUpMs * interval '1 ms')
     ON CONFLICT (tenant_id, request_key) WHERE request_key IS NOT NULL DO NOTHING RETURNING ${COMMAND_COLUMNS}`,
    { ...command, createdBy: JSON.stringify(command.createdBy) },
  )

/** A key may be used again after a day. */
export const releaseKey = (trx: Transaction, tenantId: string, key: string) =>
  trx.raw(
    `UPDATE agent_commands SET request_key = NULL
     WHERE tenant_id = ? AND request_key = ? AND created_at <= now() - interval '24 hours'`,
    [tenantId, key],
  )

/**
 * Marks an agent's commands as sent, if this is its newest connection.
 * @returns what is to be sent: also what was sent before and not accepted, since the agent runs each only once
 */
export const takeCommands = (trx: Transaction, agentId: string, epoch: number, again: boolean): Promise<CommandRow[]> =>
  manyRows(
    trx,
    commandShape,
    `WITH taken AS (
       SELECT c.id FROM agent_commands c JOIN agents a ON a.id = c.agent_id AND a.epoch = :epoch
       WHERE c.agent_id = :agentId AND c.ended_at IS NULL AND c.status = ANY(:statuses::text[]) AND c.expires_at > now()
       ORDER BY c.id FOR UPDATE OF c)
     UPDATE agent_commands c SET status = 'sent', sent_at = coalesce(c.sent_at, now()) FROM taken WHERE c.id = taken.id
     RETURNING ${COMMAND_COLUMNS}`,
    { agentId, epoch, statuses: again ? ['queued', 'sent'] : ['queued'] },
  )

export type CommandProgress = Extract<CommandStatus, 'accepted' | 'running'>

const BEFORE: Record<CommandProgress, CommandStatus[]> = {
  accepted: ['queued', 'sent'],
  running: ['queued', 'sent', 'accepted'],
}

/** Stores how far an agent is with a command, unless it is known to be further. */
export const noteProgress = (
  trx: Transaction,
  agentId: string,
  id: string,
  status: CommandProgress,
): Promise<CommandRow[]> =>
  manyRows(
    trx,
    commandShape,
    `UPDATE agent_commands c SET status = :status, accepted_at = coalesce(c.accepted_at, now())
     WHERE c.id = :id AND c.agent_id = :agentId AND c.status = ANY(:before::text[]) RETURNING ${COMMAND_COLUMNS}`,
    { agentId, id, status, before: BEFORE[status] },
  )

/** How a command ends. */
export interface CommandEnd {
  id: string
  status: CommandStatus
  code: string | null
  message: string
}

/** Ends an agent's commands. A result also counts after nobody has waited for it any more. */
export const endCommands = (trx: Transaction, agentId: string, ends: readonly CommandEnd[]): Promise<CommandRow[]> =>
  manyRows(
    trx,
    commandShape,
    `UPDATE agent_commands c SET status = e.status, code = e.code, message = e.message, ended_at = now()
     FROM unnest(:ids::uuid[], :statuses::text[], :codes::text[], :messages::text[]) AS e(id, status, code, message)
     WHERE c.id = e.id AND c.agent_id = :agentId
       AND (c.ended_at IS NULL OR (c.status IN ('unknown', 'expired') AND c.status <> e.status))
     RETURNING ${COMMAND_COLUMNS}`,
    {
      agentId,
      ids: ends.map(({ id }) => id),
      statuses: ends.map(({ status }) => status),
      codes: ends.map(({ code }) => code) as string[],
      messages: ends.map(({ message }) => message),
    },
  )

/** Ends a command that has not been sent. */
export const cancelQueued = (trx: Transaction, tenantId: string, id: string): Promise<CommandRow[]> =>
  manyRows(
    trx,
    commandShape,
    `UPDATE agent_commands c SET status = 'rejected', code = 'cancelled', message = 'Cancelled before it was sent.',
       ended_at = now()
     WHERE c.tenant_id = :tenantId AND c.id = :id AND c.status = 'queued' RETURNING ${COMMAND_COLUMNS}`,
    { tenantId, id },
  )

const SWEEP_MAX = 500

/** Ends commands that no agent came for in time. */
export const expireQueued = (trx: Transaction): Promise<CommandRow[]> =>
  manyRows(
    trx,
    commandShape,
    `WITH late AS (
       SELECT id FROM agent_commands WHERE ended_at IS NULL AND status = 'queued' AND expires_at <= now()
       ORDER BY id LIMIT ${SWEEP_MAX} FOR UPDATE SKIP LOCKED)
     UPDATE agent_commands c SET status = 'expired', code = 'expired', ended_at = now(),
       message = 'The agent was not connected in time.'
     FROM late WHERE c.id = late.id RETURNING ${COMMAND_COLUMNS}`,
  )

/** Whether a container shows that a command has done its work: what started or ended since then. */
const SHOWS = `CASE c.action WHEN 'stop' THEN s.state IN ('exited', 'dead') AND s.finished_at >= c.sent_at
  ELSE s.state = 'running' AND s.started_at >= c.sent_at END AND s.engine_id = c.engine_id`

/** Ends commands whose result has not come, by what the inventory shows. */
export const giveUp = (trx: Transaction): Promise<CommandRow[]> =>
  manyRows(
    trx,
    commandShape,
    `WITH late AS (
       SELECT c.id, ${SHOWS} AS shows FROM agent_commands c JOIN containers s ON s.id = c.container_id
       WHERE c.ended_at IS NULL AND c.status IN ('sent', 'accepted', 'running') AND c.given_up_at <= now()
       ORDER BY c.id LIMIT ${SWEEP_MAX} FOR UPDATE OF c SKIP LOCKED)
     UPDATE agent_commands c SET ended_at = now(), status = CASE WHEN shows THEN 'succeeded' ELSE 'unknown' END,
       code = CASE WHEN shows THEN 'seen' ELSE 'no_result' END,
       message = CASE WHEN shows THEN 'The agent sent no result, but the state of the container shows it.'
         ELSE 'The agent sent no result in time.' END
     FROM late WHERE c.id = late.id RETURNING ${COMMAND_COLUMNS}`,
  )

/** Unknown ends that a later inventory has explained. */
export const resolveUnknown = (trx: Transaction): Promise<CommandRow[]> =>
  manyRows(
    trx,
    commandShape,
    `WITH shown AS (
       SELECT c.id FROM agent_commands c JOIN containers s ON s.id = c.container_id
       WHERE c.status = 'unknown' AND c.ended_at > now() - interval '10 minutes' AND ${SHOWS}
       ORDER BY c.id LIMIT ${SWEEP_MAX} FOR UPDATE OF c SKIP LOCKED)
     UPDATE agent_commands c SET status = 'succeeded', code = 'seen', ended_at = now(),
       message = 'The state of the container shows it.'
     FROM shown WHERE c.id = shown.id RETURNING ${COMMAND_COLUMNS}`,
  )
