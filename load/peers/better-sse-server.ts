import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createChannel, createSession } from 'better-sse'
import { answer } from '../programs/questions'

/** Messages between two looks at the event loop: what is written must leave. */
const AT_A_TIME = 20

const channel = createChannel()
const server = createServer((req, res) => {
  void createSession(req, res).then(session => channel.register(session))
})

const questions = {
  start: () =>
    new Promise<number>(resolve => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
    }),
  /** It has no back-pressure: the loop is let go so that it does not only fill buffers. */
  publish: async ({ messages }: { messages: unknown[] }) => {
    for (const [i, message] of messages.entries()) {
      channel.broadcast(message)
      if (i % AT_A_TIME === 0) await new Promise(setImmediate)
    }
  },
}

export type BetterSseQuestions = typeof questions

answer(questions)
