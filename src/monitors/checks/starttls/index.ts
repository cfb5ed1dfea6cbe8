import type { Socket } from 'node:net'
import { isLate } from '../../../base/deadline'
import { refusalOf, refused } from '../../../base/failure'
import type { Attempt } from '../attempt'
import { Dialogue } from './dialogue'
import { protocols, type StartTls } from './protocols'

export type { StartTls } from './protocols'

/** Talks to a server until it agrees to TLS: the beginning of the phase `tls`. @throws Down */
export async function startTls(socket: Socket, protocol: StartTls, { phases, signal }: Attempt): Promise<void> {
  await phases.run(
    'tls',
    0,
    async () => {
      const dialogue = new Dialogue(socket, signal)
      try {
        await protocols[protocol](dialogue)
        dialogue.finish()
        return {}
      } catch (error) {
        if (isLate(signal)) return refused('tls_timeout', 'The server did not agree to TLS in time')
        return refusalOf(error, 'tls', signal)
      }
    },
    () => `the server agreed to TLS, in the way of ${protocol}`,
  )
}
