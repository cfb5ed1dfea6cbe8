import { setTimeout as delay } from 'node:timers/promises'
import type { Connection } from './connection'

/** Every stream that is open in this process, on one clock. */
export class Connections {
  readonly name = 'stream connections'
  private readonly open = new Set<Connection>()
  private timer: NodeJS.Timeout | undefined
  private isStopped = false

  /** @param tickMs how exact heartbeats and deadlines are */
  constructor(private readonly tickMs: number) {}

  async start() {
    this.timer = setInterval(() => this.tick(), this.tickMs)
    this.timer.unref()
  }

  /** Sends every client away with a time of its own to come back, spread so that they do not all come at once. */
  async stop() {
    clearInterval(this.timer)
    this.isStopped = true
    for (const connection of [...this.open]) this.sendAway(connection)
    await delay(20) // lets the last bytes leave before the server closes its sockets
  }

  add(connection: Connection) {
    this.open.add(connection)
    connection.whenClosed(() => this.open.delete(connection))
    if (this.isStopped) this.sendAway(connection) // it was still joining when the others were sent away
  }

  private sendAway(connection: Connection) {
    const spreadMs = Math.min(5_000, 500 + this.open.size * 5)
    connection.close('shutdown', 100 + Math.random() * spreadMs)
  }

  /** Ends the streams of a session or token that is no longer valid, or whose client shall come back with its new role. */
  closeCredential(credentialId: string, why: 'revoked' | 'role_changed') {
    const retryMs = why === 'role_changed' ? 0 : undefined
    for (const connection of [...this.open])
      if (connection.credentialId === credentialId) connection.close(why, retryMs)
  }

  private tick() {
    const now = Date.now()
    for (const connection of this.open) connection.tick(now)
  }
}
