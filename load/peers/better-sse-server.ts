import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createChannel, createSession } from 'better-sse'
import { answer } from '../programs/questions'

/** Messages per tick of the event loop, so that written data can be sent. */
const MESSAGES_PER_TICK = 20

const channel = createChannel()
const server = createServer((req, res) => {
  void createSession(req, res).then(session => channel.register(session))
})

const questions = {
  start: () =>
    new Promise<number>(resolve => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
    }),
  /** better-sse has no back-pressure, so this yields to the event loop instead of only filling buffers. */
  publish: async ({ messages }: { messages: unknown[] }) => {
    for (const [i, message] of messages.entries()) {
      channel.broadcast(message)
      if (i % MESSAGES_PER_TICK === 0) await new Promise(setImmediate)
    }
  },
}

export type BetterSseQuestions = typeof questions

answer(questions)
