import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  key: string
  headers: IncomingHttpHeaders
  body: string
  path: string
}

export type Answer = (response: ServerResponse, received: Received) => void

export const answer =
  (status: number, headers: Record<string, string> = {}, text = ''): Answer =>
  response =>
    response.writeHead(status, headers).end(text)
/** Leaves the request without an answer. */
export const hang: Answer = () => undefined
export const cut: Answer = response => response.destroy()

/** A receiver of webhooks that keeps what it gets, and fails as told. */
export async function startTarget() {
  const received: Received[] = []
  const waiting = new Set<() => void>()
  const state: { answer: Answer } = { answer: answer(200) }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      const { headers, url = '' } = request
      const each = {
        key: String(headers['idempotency-key']),
        headers,
        body: Buffer.concat(chunks).toString(),
        path: url,
      }
      received.push(each)
      state.answer(response, each)
      for (const check of waiting) check()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    received,
    port,
    url: `http://127.0.0.1:${port}/hook`,
    /** How it answers from now on. */
    answers(how: Answer) {
      state.answer = how
    },
    /** Resolves when it has got this many requests in all. */
    async gets(count: number) {
      if (received.length >= count) return
      await new Promise<void>(resolve => {
        const check = () => {
          if (received.length < count) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
      })
    },
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

export type Target = Awaited<ReturnType<typeof startTarget>>
