import type { HttpConnection } from '../../base/http'

export interface IdleLimits {
  /** How long a connection is kept without a request. */
  idleMs: number
  idlePerOriginMax: number
  idleMax: number
}

/** Servers announce when they close a connection; it is no longer used so long before. */
const MARGIN_MS = 1_000

interface Idle {
  origin: string
  timer: NodeJS.Timeout
}

/** Connections without a request, for the next one to the same origin. Those in use are limited by the requests. */
export class Connections {
  /** The longest idle one first. */
  private readonly idle = new Map<HttpConnection, Idle>()
  /** The latest one last. */
  private readonly byOrigin = new Map<string, HttpConnection[]>()
  private isClosed = false

  constructor(private readonly limits: IdleLimits) {}

  /** Hands out the connection that was used last; undefined if there is none. */
  take(origin: string): HttpConnection | undefined {
    const connection = this.byOrigin.get(origin)?.at(-1)
    if (connection) this.forget(connection)
    return connection
  }

  /** Keeps a connection for later if it can be used again, or closes it. */
  put(origin: string, connection: HttpConnection) {
    const { idleMs, idlePerOriginMax, idleMax } = this.limits
    const { keepAliveSeconds } = connection
    const ms = keepAliveSeconds === undefined ? idleMs : Math.min(idleMs, keepAliveSeconds * 1_000 - MARGIN_MS)
    if (!connection.isReusable || this.isClosed || ms <= 0) return connection.close()
    const others = this.byOrigin.get(origin)
    if (others) others.push(connection)
    else this.byOrigin.set(origin, [connection])
    this.idle.set(connection, { origin, timer: setTimeout(() => this.close(connection), ms) })
    if (others && others.length > idlePerOriginMax) this.close(others[0])
    if (this.idle.size > idleMax) this.close(this.idle.keys().next().value)
  }

  /** Stops keeping a connection, such as one that its server has closed. */
  forget(connection: HttpConnection) {
    const known = this.idle.get(connection)
    if (!known) return
    clearTimeout(known.timer)
    this.idle.delete(connection)
    const others = this.byOrigin.get(known.origin)?.filter(other => other !== connection) ?? []
    if (others.length) this.byOrigin.set(known.origin, others)
    else this.byOrigin.delete(known.origin)
  }

  /** Closes all, and those that are put back from now on. */
  closeAll() {
    this.isClosed = true
    for (const connection of [...this.idle.keys()]) this.close(connection)
  }

  private close(connection: HttpConnection | undefined) {
    if (!connection) return
    this.forget(connection)
    connection.close()
  }
}
