import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Refused, refusalOf } from './failure'

/**
 * Opens a TCP connection without a guard: only for addresses that the operator of this machine has chosen, such as its
 * name servers. Everything else goes through `Outbound.connect`.
 */
export async function dial(address: string, port: number, signal: AbortSignal): Promise<Socket | Refused> {
  const socket = connect({ host: address, port, noDelay: true })
  socket.on('error', () => {}) // errors may occur when no wait is listening
  try {
    await once(socket, 'connect', { signal })
    return socket
  } catch (error) {
    socket.destroy()
    return refusalOf(error, 'connect', signal)
  }
}
