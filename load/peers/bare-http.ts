import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import express from 'express'
import { answer } from '../programs/questions'

/** A response that our server gave, to be given again. */
export interface CopiedResponse {
  status: number
  headers: Record<string, string>
  body: string
}

const servers: Server[] = []

async function listen(server: Server): Promise<string> {
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** The least that a request costs: servers that give the same response to each, without doing anything for it. */
async function start({ status, headers, body }: CopiedResponse) {
  const bare = createServer(async (req, res) => {
    if (req.method === 'POST') JSON.parse(await text(req))
    res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body)
  })
  const app = express()
  app.use(express.json({ limit: '16mb' }))
  app.use((_req, res) => void res.status(status).set(headers).send(body))
  return { http: await listen(bare), express: await listen(createServer(app)) }
}

async function stop() {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
}

const questions = { start, stop }
export type BareHttpQuestions = typeof questions

answer(questions)
