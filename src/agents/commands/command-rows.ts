import { z } from '../../base/parse'
import { actor } from '../../contract/access'
import { commandStatus, containerAction } from '../../contract/containers'

export const commandShape = z.object({
  id: z.string(),
  tenant_id: z.string(),
  agent_id: z.string(),
  agent_name: z.string(),
  container_id: z.string(),
  container_name: z.string(),
  image: z.string(),
  engine_id: z.string(),
  action: containerAction,
  status: commandStatus,
  code: z.string().nullable(),
  message: z.string(),
  reason: z.string(),
  confirmed: z.boolean(),
  grace_seconds: z.number(),
  created_by: actor,
  created_at: z.date(),
  sent_at: z.date().nullable(),
  accepted_at: z.date().nullable(),
  ended_at: z.date().nullable(),
  expires_at: z.date(),
})
export type CommandRow = z.output<typeof commandShape>

/** Columns of a command `c`; its agent's name is read with it. */
export const COMMAND_COLUMNS = Object.keys(commandShape.shape)
  .map(name => (name === 'agent_name' ? '(SELECT name FROM agents WHERE id = c.agent_id) AS agent_name' : `c.${name}`))
  .join(', ')
