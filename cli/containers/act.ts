import { setTimeout as delay } from 'node:timers/promises'
import type { ContainerAction, ContainerCommand } from '../../src/contract/containers'
import { clean } from '../../text/display'
import type { Context } from '../command'
import { EXIT } from '../exit'
import { numberOf } from '../numbers'
import { requireReason } from '../reason'
import { findContainer } from './find'

export interface ActOptions {
  reason?: string
  confirm?: string
  grace?: string
  json?: boolean
  'no-wait'?: boolean
}

const ENDED: ReadonlySet<ContainerCommand['status']> = new Set([
  ...(['succeeded', 'failed', 'rejected', 'expired', 'unknown'] as const),
])
const POLL_MS = 500

/** Starts, stops or restarts a container, and says how it ended. */
export async function actOnContainer(
  context: Context,
  action: ContainerAction,
  name: string,
  options: ActOptions,
): Promise<number> {
  const { api, terminal } = context
  const grace = numberOf('--grace', options.grace)
  const body = {
    reason: requireReason(options.reason),
    ...(options.confirm !== undefined && { confirm: options.confirm }),
    ...(grace !== undefined && { grace_seconds: grace }),
  }
  const container = await findContainer(api, name)
  const { command } = await api.post(`/api/containers/{id}/${action}`, { id: container.id, body })
  if (options.json) terminal.json({ event: 'command', ...command })
  if (options['no-wait']) {
    if (!options.json) terminal.write(`${action} ${clean(container.name)}: asked for, job ${command.id}\n`)
    return EXIT.ok
  }
  context.requireOutcome()
  context.onInterrupt(() => `The action goes on. See how it ends: tailrace job ${command.id}`)
  const ended = await endOf(context, command)
  if (options.json) terminal.json({ event: 'command', ...ended })
  else terminal.write(`${action} ${clean(container.name)} on ${clean(container.agent_name)}: ${wordsOf(ended)}\n`)
  return ended.status === 'succeeded' ? EXIT.ok : EXIT.failed
}

async function endOf({ api }: Context, command: ContainerCommand): Promise<ContainerCommand> {
  let now = command
  while (!ENDED.has(now.status)) {
    await delay(POLL_MS)
    now = await api.get('/api/commands/{id}', { id: command.id })
  }
  return now
}

function wordsOf({ status, code, message }: ContainerCommand): string {
  const why = [code, message].filter(Boolean).join(', ')
  return status === 'succeeded' || why === '' ? status : `${status} (${clean(why)})`
}
