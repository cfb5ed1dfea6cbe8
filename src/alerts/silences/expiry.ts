import type { Db } from '../../base/db'
import { messageOf } from '../../base/errors'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import type { Writer } from '../../streams'
import { expiryEffect, UNTOLD_MAX } from './expiry-effect'
import { nextUntold } from './silence-store'

interface Deps {
  db: Db
  streams: Pick<Writer, 'commit'>
  log: Log
}

/** How long it waits at most: ends that other processes have moved are seen then. */
const WAIT_MS_MAX = 5_000

/** Tells of silences that end by themselves, when they do. Runs in every process. */
export class SilenceExpiry implements Part {
  readonly name = 'silence expiry'
  private timer: NodeJS.Timeout | undefined
  private running: Promise<void> | undefined
  private isStopped = false
  /** A silence has changed while it was running. */
  private isWoken = false

  constructor(private readonly deps: Deps) {}

  async start() {
    this.schedule(0)
  }

  async stop() {
    this.isStopped = true
    clearTimeout(this.timer)
    await this.running
  }

  /** A silence has changed: it may be the next to end. */
  wake(): void {
    this.isWoken = true
    if (!this.running) this.schedule(0)
  }

  private schedule(ms: number) {
    clearTimeout(this.timer)
    if (this.isStopped) return
    this.timer = setTimeout(() => {
      this.running = this.run().finally(() => {
        this.running = undefined
      })
    }, ms)
    this.timer.unref()
  }

  private async run(): Promise<void> {
    this.isWoken = false
    try {
      const next = await this.tellDue()
      this.schedule(
        this.isWoken ? 0 : Math.min(WAIT_MS_MAX, Math.max(0, (next ?? Number.POSITIVE_INFINITY) - Date.now())),
      )
    } catch (error) {
      this.deps.log.warn('Ends of silences are told late', { error: messageOf(error) })
      this.schedule(WAIT_MS_MAX)
    }
  }

  /** @returns when the next silence ends */
  private async tellDue(): Promise<number | undefined> {
    const next = await nextUntold(this.deps.db)
    if (next === undefined || next > Date.now()) return next
    const told = await this.deps.streams.commit(expiryEffect, null)
    // Another process may be telling of the rest.
    return told === UNTOLD_MAX ? 0 : Date.now() + WAIT_MS_MAX / 5
  }
}
