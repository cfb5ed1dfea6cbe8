import type { Db } from '../../base/db'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import type { AgentCommand, ServerMessage } from '../../contract/agent-protocol'
import type { Writer } from '../../streams'
import type { AgentRow } from '../agents/agent-store'
import type { AgentNotifier } from '../notifier'
import { commandEffect } from './change-effect'
import type { CommandProgress } from './change-store'
import type { CommandRow } from './command-rows'
import { agentsWithWork } from './command-store'
import { DEADLINE_MS } from './times'

interface Deps {
  db: Db
  streams: Pick<Writer, 'commit'>
  log: Log
  notifier: AgentNotifier
}

/** Brings commands to the agents of this process. */
export class CommandSender {
  constructor(private readonly deps: Deps) {}

  /**
   * Sends an agent what waits for it. A command is sent only after it is stored that it is.
   * @param again also what was sent over an earlier connection and not accepted; the agent runs each only once
   */
  send(agent: AgentRow, send: (message: ServerMessage) => void, again: boolean) {
    if (!agent.capabilities.includes('actions')) return
    const change = { does: 'send' as const, agentId: agent.id, epoch: agent.epoch, again }
    this.deps.streams
      .commit(commandEffect, change)
      .then(rows => {
        for (const row of rows) send({ t: 'command', command: commandOf(row) })
        this.tell(rows)
      })
      .catch(logRetryable(this.deps.log, 'Cannot send commands to an agent, will retry'))
  }

  progressed(agent: AgentRow, id: string, status: CommandProgress) {
    this.deps.streams
      .commit(commandEffect, { does: 'progress', agentId: agent.id, id, status })
      .then(rows => this.tell(rows))
      .catch(logRetryable(this.deps.log, 'Cannot store how far an agent is with a command'))
  }

  agentsWithWork(agentIds: readonly string[]): Promise<string[]> {
    return agentsWithWork(this.deps.db, agentIds)
  }

  private tell(rows: readonly CommandRow[]) {
    for (const { id } of rows) this.deps.notifier.tell({ type: 'command', id })
  }
}

const commandOf = (row: CommandRow): AgentCommand => ({
  id: row.id,
  action: row.action,
  container: row.container_name,
  container_id: row.engine_id,
  reason: row.reason,
  confirmed: row.confirmed,
  grace_seconds: row.grace_seconds,
  expires_at: row.expires_at.getTime(),
  deadline_ms: row.grace_seconds * 1_000 + DEADLINE_MS,
})
