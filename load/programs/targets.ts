import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { nowMs } from '../figures'
import { measures } from './measures'
import { answer } from './questions'

/** Addresses whose server is down: it answers 503. */
const down = new Set<string>()
let answered = 0

/** Listens on all loopback addresses, each of which is a web server of its own. */
const web = createServer(({ socket }, res) => {
  answered++
  res.statusCode = down.has(socket.localAddress ?? '') ? 503 : 200
  res.setHeader('content-type', 'text/html')
  res.end('<!doctype html><title>A page</title><p>It works')
})
/** Accepts connections and never answers. */
const silent = createTcpServer(socket => {
  socket.on('error', () => undefined).resume()
})

/** Web servers to check, in a process of their own. */
const questions = {
  /** @returns the ports of those that answer and of those that never do */
  start: async () => {
    for (const server of [web, silent]) await once(server.listen(0, '0.0.0.0'), 'listening')
    return { web: (web.address() as AddressInfo).port, silent: (silent.address() as AddressInfo).port }
  },
  /** @returns when, in ms */
  turn: ({ address, isDown }: { address: string; isDown: boolean }) => {
    if (isDown) down.add(address)
    else down.delete(address)
    return nowMs()
  },
  answered: () => answered,
  ...measures,
}

export type TargetQuestions = typeof questions

answer(questions)
