import { setTimeout as delay } from 'node:timers/promises'
import type { Connection } from './connection'

/** All open streams of this process, with one timer. */
export class Connections {
  readonly name = 'stream connections'
  private readonly open = new Set<Connection>()
  private timer: NodeJS.Timeout | undefined
  private isStopped = false

  /** @param tickMs the precision of heartbeats and deadlines */
  constructor(private readonly tickMs: number) {}

  async start() {
    this.timer = setInterval(() => this.tick(), this.tickMs)
    this.timer.unref()
  }

  /** Closes all connections. Clients get different times to reconnect, so that they do not all do so at once. */
  async stop() {
    clearInterval(this.timer)
    this.isStopped = true
    for (const connection of [...this.open]) this.askToReconnect(connection)
    await delay(20) // lets the last bytes leave before the server closes its sockets
  }

  add(connection: Connection) {
    this.open.add(connection)
    connection.whenClosed(() => this.open.delete(connection))
    if (this.isStopped) this.askToReconnect(connection) // it was still joining topics when the others were closed
  }

  private askToReconnect(connection: Connection) {
    const spreadMs = Math.min(5_000, 500 + this.open.size * 5)
    connection.close('shutdown', 100 + Math.random() * spreadMs)
  }

  /** Closes the streams of a session or token that was revoked, or whose clients should reconnect with a new role. */
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
