import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../../base/db'
import type { CommandStatus } from '../../contract/containers'
import { JobFailure, type Jobs, type Run } from '../../jobs'
import type { Writer } from '../../streams'
import type { AgentNotifier } from '../notifier'
import { commandEffect } from './change-effect'
import type { CommandRow } from './command-rows'
import { findCommand } from './command-store'
import type { ActionResult } from './kind'

export interface FollowDeps {
  db: Db
  streams: Pick<Writer, 'commit'>
  notifier: AgentNotifier
}

/** How often it is looked at without any word, since messages may be lost. */
const LOOK_MS = 1_000

const WORDS: Record<CommandStatus, string> = {
  queued: 'Waits for the agent',
  sent: 'Sent to the agent',
  accepted: 'The agent has accepted it',
  running: 'The agent carries it out',
  succeeded: 'Done',
  failed: 'Failed',
  rejected: 'Refused',
  expired: 'Expired: the agent was not connected in time',
  unknown: 'Unknown: nobody can say what became of it',
}

/**
 * Handles a job of kind `container-action`: follows its command to the end. Whoever carries out the command does not wait for
 * it, so its worker may die at any time.
 */
export async function followCommand(
  run: Run,
  { db, streams, notifier, jobs }: FollowDeps & { jobs: Pick<Jobs, 'find'> },
): Promise<ActionResult> {
  const ref = { tenantId: run.tenantId, id: run.id }
  let changed = () => {}
  const stopListening = notifier.listen(told => {
    if (told.type === 'command' && told.id === run.id) changed()
  })
  try {
    for (let last: CommandStatus | undefined; ; ) {
      const isTold = new Promise<void>(resolve => {
        changed = resolve
      })
      const command = await findCommand(db, ref)
      if (!command) throw new JobFailure('container_deleted', 'The agent or its container was removed.')
      if (command.status !== last) report(run, command)
      last = command.status
      if (command.ended_at) return resultOf(command)
      await Promise.race([isTold, delay(LOOK_MS, undefined, { signal: run.signal })])
    }
  } catch (error) {
    // A worker that is being stopped leaves the command to the next one; what was sent can only be followed.
    if (run.signal.aborted && (await jobs.find(ref)).cancel)
      await streams.commit(commandEffect, { does: 'cancel', ...ref })
    throw error
  } finally {
    stopListening()
  }
}

function report({ log }: Run, { status, message }: CommandRow) {
  const isBad = status === 'failed' || status === 'rejected' || status === 'expired' || status === 'unknown'
  const level = isBad ? 'warn' : 'info'
  log[level](message && message !== WORDS[status] ? `${WORDS[status]}: ${message}` : WORDS[status])
}

const resultOf = ({ id, action, container_name, status, code, message }: CommandRow): ActionResult => ({
  ...{ command_id: id, action, container: container_name, status, code, message },
})
