import * as http from 'node:http'
import * as https from 'node:https'
import type { Life } from './clock'
import type { Tally } from './tally'

/** Fixed in osquery (osquery/remote/transports/tls.cpp). */
const TIMEOUT_MS = 16_000
/** The maximum size of a configuration. */
const ANSWER_BYTES_MAX = 4 * 2 ** 20

/** A request. */
export interface Message {
  path: string
  body: string | Buffer
  headers: Record<string, string>
}

interface Settings {
  url: string
  /** CA certificate of the server (PEM); default: the system's CAs. */
  ca?: string
  tally: Tally
}

/** Sends the requests of all agents of this process over keep-alive connections, as osqueryd does. */
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
   * @returns the body of the response, whatever its status
   * @throws if there is none; after a broken connection it retries once on a new one
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

  /** @param agent false for a separate connection */
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

  /** A new connection for a single response. */
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
  // osqueryd follows up to 10 redirects, but our server has no reason to send any, so this is a bug
  if (statusCode >= 300 && statusCode < 400) throw new Error(`redirected with ${statusCode}`)
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`response larger than ${ANSWER_BYTES_MAX} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
