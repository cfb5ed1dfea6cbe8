import * as http from 'node:http'
import * as https from 'node:https'
import type { Life } from './clock'
import type { Tally } from './tally'

/** osquery's own, not to be set (osquery/remote/transports/tls.cpp). */
const TIMEOUT_MS = 16_000
/** As large as a configuration may be. */
const ANSWER_BYTES_MAX = 4 * 2 ** 20

/** What one request carries. */
export interface Message {
  path: string
  body: string | Buffer
  headers: Record<string, string>
}

interface Settings {
  url: string
  /** PEM of the authority that signed the server's certificate; the system's authorities unless given. */
  ca?: string
  tally: Tally
}

/** Sends the requests of all agents of this process, over connections that are kept open as osqueryd keeps them. */
export class Connection {
  private readonly agent: http.Agent
  private readonly base: URL
  private readonly send: typeof http.request

  constructor(private readonly settings: Settings) {
    this.base = new URL(settings.url.replace(/\/*$/, '/'))
    const secure = this.base.protocol === 'https:'
    const options = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: Number.POSITIVE_INFINITY }
    this.agent = secure ? new https.Agent({ ...options, ca: settings.ca }) : new http.Agent(options)
    this.send = secure ? https.request : http.request
  }

  /**
   * @returns the body of the answer, whatever its status
   * @throws when there is none; a broken connection gets one second chance at once, on a new one
   */
  async post(message: Message, life: Life): Promise<string> {
    const { tally } = this.settings
    tally.requests++
    try {
      return await this.once(message, life, this.agent)
    } catch (error) {
      if (life.ended || !isBroken(error)) throw error
      tally.resends++
      return this.once(message, life, false)
    }
  }

  /** @param agent false: over a connection of its own */
  private once({ path, body, headers }: Message, life: Life, agent: http.Agent | false): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = this.send(new URL(path, this.base), {
        ...{ method: 'POST', agent: agent || this.agentForOne() },
        headers: {
          ...{
            'Content-Type': 'application/json',
            Accept: 'application/json',
            'Content-Length': Buffer.byteLength(body),
          },
          ...headers,
        },
      })
      const giveUp = (why: string) => request.destroy(new Error(why))
      const cancel = life.clock.after(TIMEOUT_MS, () => giveUp(`no answer within ${TIMEOUT_MS / 1_000} s`))
      const forget = life.onEnd(() => giveUp('stopped'))
      const settle = (done: () => void) => {
        cancel()
        forget()
        done()
      }
      request.on('response', response => {
        readAll(response).then(
          text => settle(() => resolve(text)),
          error => {
            request.destroy()
            settle(() => reject(error))
          },
        )
      })
      request.on('error', error => settle(() => reject(error)))
      request.end(body)
    })
  }

  /** A new connection, kept open no longer than for one answer. */
  private agentForOne(): http.Agent {
    const { ca } = this.settings
    return this.base.protocol === 'https:' ? new https.Agent({ ca }) : new http.Agent()
  }

  close() {
    this.agent.destroy()
  }
}

const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ECONNABORTED'])
const isBroken = (error: unknown) => BROKEN.has(String((error as NodeJS.ErrnoException).code))

async function readAll(response: http.IncomingMessage): Promise<string> {
  const { statusCode = 0 } = response
  // followed by osqueryd up to 10 times; a server of ours has no reason to send one, so it is a fault here
  if (statusCode >= 300 && statusCode < 400) throw new Error(`redirected with ${statusCode}`)
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`answer of more than ${ANSWER_BYTES_MAX} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
