import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import type { Writer } from '../../streams'
import { disconnectEffect } from './connect-effect'

interface Deps {
  streams: Pick<Writer, 'commit'>
  log: Log
  isLeader(): boolean
  heartbeatMs: number
}

/** Heartbeats without any word: more than a process that holds the connection waits, and it stores every few seconds. */
const SILENT_BEATS = 5
const STORED_MS = 5_000

/** Marks agents as offline whose process was killed before it could. */
export class PresenceSweep implements Part {
  readonly name = 'presence of agents'
  private timer: NodeJS.Timeout | undefined
  private sweeping: Promise<unknown> | undefined

  constructor(private readonly deps: Deps) {}

  async start() {
    const { heartbeatMs } = this.deps
    this.timer = setInterval(() => this.sweep(), heartbeatMs)
    this.timer.unref()
  }

  async stop() {
    clearInterval(this.timer)
    await this.sweeping
  }

  private sweep() {
    const { streams, log, isLeader, heartbeatMs } = this.deps
    if (!isLeader() || this.sweeping) return
    const afterMs = SILENT_BEATS * heartbeatMs + STORED_MS
    this.sweeping = streams
      .commit(disconnectEffect, { does: 'sweep', afterMs })
      .catch(logRetryable(log, 'Cannot mark agents that are no longer connected, will retry'))
      .finally(() => {
        this.sweeping = undefined
      })
  }
}
