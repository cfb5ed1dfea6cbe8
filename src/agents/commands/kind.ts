import { z } from '../../base/parse'
import { type CommandStatus, commandStatus, containerAction } from '../../contract/containers'
import type { JobOutcome } from '../../contract/jobs'
import { defineKind } from '../../jobs'

export const actionResult = z.object({
  command_id: z.string(),
  action: containerAction,
  container: z.string(),
  status: commandStatus,
  code: z.string().nullable(),
  message: z.string(),
})
export type ActionResult = z.output<typeof actionResult>

/** An action on a container. The agent carries it out; the job only follows its command, which has the same id. */
export const containerActionKind = defineKind({
  name: 'container-action',
  label: 'Container action',
  queue: 'agents',
  input: z.strictObject({
    /** For people. */
    target: z.string(),
    action: containerAction,
    container_id: z.string(),
  }),
  outcome,
  options: { attempts: 5, resumable: true, byRequest: false },
})

const DONE = { start: 'started', stop: 'stopped', restart: 'restarted' } as const
const LEVELS: Partial<Record<CommandStatus, JobOutcome['level']>> = { succeeded: 'ok', unknown: 'warn' }

function outcome({ action, container, status, message }: ActionResult): JobOutcome {
  const level = LEVELS[status] ?? 'bad'
  if (level === 'ok') return { level, text: `${container} ${DONE[action]}` }
  return { level, text: `${action} ${container}: ${status}${message ? `, ${message}` : ''}`.slice(0, 200) }
}
