import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { nowMs } from '../figures'
import { answer } from '../programs/questions'

const HOLD_MS = 10_000
const NOTHING = '{"queries":{}}'

/** Node key of all hosts. */
const keys = new Set<string>()
/** Held reads by node key. */
const held = new Map<string, ServerResponse>()
/** Hosts that have not received the query yet. */
const unasked = new Set<string>()
let asked = NOTHING
let answered: () => void = () => undefined

/** A minimal server for agents: it holds reads, parses writes and stores nothing. */
const server = createServer((request, response) => void take(request, response))
server.keepAliveTimeout = 75_000

async function take(request: IncomingMessage, response: ServerResponse) {
  const parts: Buffer[] = []
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
  const { node_key, queries } = JSON.parse(Buffer.concat(parts).toString()) as {
    node_key: string
    queries?: Record<string, unknown>
  }
  if (request.url?.endsWith('/enroll')) return enrol(response)
  if (request.url?.endsWith('/distributed_read')) return hold(node_key, response)
  for (const _ of Object.keys(queries ?? {})) answered()
  response.end('{}')
}

function enrol(response: ServerResponse) {
  const key = randomUUID()
  keys.add(key)
  response.end(JSON.stringify({ node_key: key }))
}

function hold(key: string, response: ServerResponse) {
  if (unasked.delete(key)) return response.end(asked)
  held.set(key, response)
  setTimeout(() => {
    if (held.get(key) !== response) return
    held.delete(key)
    response.end(NOTHING)
  }, HOLD_MS)
}

const questions = {
  listen: async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  },
  /** Sends a query to every host and waits for all answers. @returns the time taken, in ms */
  ask: async ({ sql }: { sql: string }) => {
    asked = JSON.stringify({ queries: { q: sql } })
    const hosts = keys.size
    const startedMs = nowMs()
    const done = new Promise<void>(resolve => {
      let count = 0
      answered = () => void (++count === hosts && resolve())
    })
    for (const key of keys) {
      const response = held.get(key)
      held.delete(key)
      if (response) response.end(asked)
      else unasked.add(key)
    }
    await done
    return nowMs() - startedMs
  },
}

export type BareFleetQuestions = typeof questions

answer(questions)
