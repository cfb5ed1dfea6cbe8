import type { Socket } from 'node:net'

/**
 * What a server sends, up to a limit. Nothing is read while nobody waits, so that a socket can be handed on to TLS in
 * between, and stays unread from there.
 */
export class Incoming {
  /** Everything that has arrived and was not taken. */
  received: Buffer = Buffer.alloc(0)

  constructor(
    private readonly socket: Socket,
    private readonly signal: AbortSignal,
    private readonly bytesMax: number,
  ) {}

  /** Whether more than this has to be ignored. */
  get isFull() {
    return this.received.length >= this.bytesMax
  }

  /**
   * Waits until `find` finds something in what has arrived.
   * @returns undefined if the connection or the limit ended before
   * @throws the socket's error, or the reason of the aborted signal
   */
  async until<T>(find: (received: Buffer) => T | undefined): Promise<T | undefined> {
    for (;;) {
      const found = this.received.length ? find(this.received) : undefined
      if (found !== undefined || this.isFull || !(await this.more())) return found
    }
  }

  /** Drops what was read at the beginning. */
  take(bytes: number) {
    this.received = this.received.subarray(bytes)
  }

  /** Waits until more has arrived. @returns false at the end of the connection */
  async more(): Promise<boolean> {
    const { socket } = this
    for (;;) {
      this.signal.throwIfAborted()
      if (socket.errored) throw socket.errored
      const chunk: Buffer | null = socket.read()
      if (chunk) {
        this.received = Buffer.concat([this.received, chunk]).subarray(0, this.bytesMax)
        return true
      }
      if (socket.readableEnded || socket.destroyed) return false
      await changed(socket, this.signal)
    }
  }
}

const EVENTS = ['readable', 'end', 'close', 'error'] as const

/** Waits until there is something to read, nothing more to come, or a reason to give up. */
function changed(socket: Socket, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      for (const event of EVENTS) socket.off(event, done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    for (const event of EVENTS) socket.on(event, done)
    signal.addEventListener('abort', done, { once: true })
  })
}
