import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { nowMs } from '../figures'

const NOTICE_MS_MAX = 30_000

/**
 * A receiver of webhooks.
 * @param isAwaited whether a body is what is waited for; default: any
 */
export async function startHook(isAwaited: (body: string) => boolean = () => true) {
  let received: (atMs: number) => void = () => undefined
  const server = createServer(async (req, res) => {
    const atMs = nowMs()
    const body = await text(req)
    res.end('ok')
    if (isAwaited(body)) received(atMs)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /** When the next notice arrives. */
    next: () =>
      new Promise<number>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error('A webhook did not arrive')), NOTICE_MS_MAX)
        received = atMs => {
          clearTimeout(late)
          resolve(atMs)
        }
      }),
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
