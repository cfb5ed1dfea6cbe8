import { once } from 'node:events'
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { deadline } from '../deadline'
import { codeOf, messageOf } from '../failure'
import { EngineError } from './engine'

/** The answer to a list of a thousand containers takes 2 MB. */
const BODY_BYTES_MAX = 16 * 1024 * 1024
/** More would make the engine slow for everybody else. Samples use at most half of them. */
const REQUESTS_MAX = 10
/** What an engine may take to begin an answer that does not end. */
const OPEN_TIMEOUT_MS = 10_000

interface Request {
  method?: 'GET' | 'POST'
  path: string
  timeoutMs: number
  signal: AbortSignal
  /** It takes long, or must not wait for others. */
  ownSocket?: boolean
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** HTTP over the engine's socket. At most ten requests at a time; what follows logs or events has sockets of its own. */
export class EngineSocket {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: REQUESTS_MAX, maxFreeSockets: 2, timeout: 60_000 })

  constructor(readonly path: string) {}

  /** @throws EngineError unless there is an answer, also one with an error status, in time */
  async call({ method = 'GET', path, timeoutMs, signal, ownSocket = false }: Request): Promise<Answer> {
    const limit = deadline(signal, timeoutMs)
    try {
      const response = await this.#send({ method, path, signal: limit.signal, agent: ownSocket ? false : this.#agent })
      return { status: response.statusCode ?? 0, headers: response.headers, body: await bodyOf(response) }
    } catch (error) {
      if (limit.isLate()) throw new EngineError('timeout', `The engine did not answer within ${timeoutMs} ms.`)
      throw errorOf(error, this.path)
    } finally {
      limit.end()
    }
  }

  /** An answer that goes on until the signal aborts it. @throws EngineError if it does not begin in time */
  async open(path: string, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
    const controller = new AbortController()
    const abort = () => controller.abort()
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      controller.abort()
    }, OPEN_TIMEOUT_MS)
    try {
      const response = await this.#send({ method: 'GET', path, signal: controller.signal, agent: false })
      response.once('close', () => signal.removeEventListener('abort', abort))
      if (response.statusCode === 200) return this.#chunks(response)
      throw failure({ status: response.statusCode ?? 0, body: await bodyOf(response) })
    } catch (error) {
      controller.abort()
      signal.removeEventListener('abort', abort)
      if (isLate) throw new EngineError('timeout', `The engine did not answer within ${OPEN_TIMEOUT_MS} ms.`)
      throw errorOf(error, this.path)
    } finally {
      clearTimeout(timer)
    }
  }

  async *#chunks(response: IncomingMessage): AsyncIterable<Buffer> {
    try {
      yield* response
    } catch (error) {
      throw errorOf(error, this.path)
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  async #send(options: { method: string; path: string; signal: AbortSignal; agent: Agent | false }) {
    const sent = request({ ...options, socketPath: this.path, headers: { Host: 'engine' } })
    sent.end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    sent.on('error', () => undefined) // what breaks from here on is seen where the answer is read
    return response
  }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > BODY_BYTES_MAX) throw new EngineError('engine', 'The engine answered with more than 16 MB.')
  }
  return Buffer.concat(chunks).toString('utf8')
}

const REACHED_NOTHING = ['ENOENT', 'ECONNREFUSED', 'EACCES', 'ENOTSOCK']

function errorOf(error: unknown, path: string): EngineError {
  if (error instanceof EngineError) return error
  const code = codeOf(error)
  if (code === 'EACCES')
    return new EngineError(
      'unreachable',
      `No permission to use the engine's socket ${path}: run as root, or join its group.`,
    )
  if (REACHED_NOTHING.includes(code)) return new EngineError('unreachable', `No engine listens on ${path} (${code}).`)
  return new EngineError('broken', `The connection to the engine broke: ${messageOf(error)}`)
}

/** What an answer with an error status says. */
export function failure({ status, body }: Pick<Answer, 'status' | 'body'>): EngineError {
  const text = textOf(body).slice(0, 500) || `status ${status}`
  if (status === 404) return new EngineError('not_found', text)
  if (status === 409) return new EngineError('conflict', text)
  return new EngineError('engine', `The engine answered with ${status}: ${text}`)
}

function textOf(body: string): string {
  try {
    const { message, cause } = JSON.parse(body)
    return String(message ?? cause ?? body)
  } catch {
    return body.trim()
  }
}
