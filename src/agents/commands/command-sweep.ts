import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import type { Writer } from '../../streams'
import type { AgentNotifier } from '../notifier'
import { commandEffect } from './change-effect'

interface Deps {
  streams: Pick<Writer, 'commit'>
  log: Log
  notifier: AgentNotifier
  isLeader(): boolean
}

const SWEEP_MS = 2_000

/** Ends commands that nobody came for, or whose result has not come. */
export class CommandSweep implements Part {
  readonly name = 'overdue commands'
  private timer: NodeJS.Timeout | undefined
  private sweeping: Promise<unknown> | undefined

  constructor(private readonly deps: Deps) {}

  async start() {
    this.timer = setInterval(() => this.sweep(), SWEEP_MS)
    this.timer.unref()
  }

  async stop() {
    clearInterval(this.timer)
    await this.sweeping
  }

  private sweep() {
    const { streams, log, notifier, isLeader } = this.deps
    if (!isLeader() || this.sweeping) return
    this.sweeping = streams
      .commit(commandEffect, { does: 'sweep' })
      .then(rows => {
        for (const { id } of rows) notifier.tell({ type: 'command', id })
      })
      .catch(logRetryable(log, 'Cannot end overdue commands, will retry'))
      .finally(() => {
        this.sweeping = undefined
      })
  }
}
