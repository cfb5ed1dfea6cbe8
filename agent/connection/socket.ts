import { promisify } from 'node:util'
import { deflateRaw, inflateRawSync } from 'node:zlib'
import WebSocket from 'ws'
import {
  type AgentMessage,
  MESSAGE_BYTES_MAX,
  type ServerMessage,
  serverMessage,
} from '../../src/contract/agent-protocol'
import { pause } from '../deadline'

const deflate = promisify(deflateRaw)
/** Smaller messages are sent as text. */
const COMPRESSED_FROM_BYTES = 1_024
const LEVEL = 3
const HANDSHAKE_TIMEOUT_MS = 10_000
const LEAVE_TIMEOUT_MS = 2_000

/** Why a connection has ended, for the operator. */
export class ConnectionError extends Error {
  override name = 'ConnectionError'

  constructor(
    message: string,
    /** The agent does not come back earlier. */
    readonly retryAfterMs = 0,
    readonly code = '',
  ) {
    super(message)
  }
}

/** Messages over a WebSocket. Those that are sent keep their order. */
export class AgentSocket {
  readonly #socket: WebSocket
  /** Rejects when the connection has ended, whoever ended it. */
  readonly ended: Promise<never>
  #fail: (error: ConnectionError) => void = () => undefined
  #sending: Promise<void> = Promise.resolve()
  #received: ServerMessage[] = []
  #receiver: ((message: ServerMessage) => void) | undefined
  /** Whether something was received since this was last set to false. */
  wasHeard = true

  constructor(url: string, ca: string[] | undefined) {
    this.ended = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.ended.catch(() => undefined) // also if nobody waits any more
    this.#socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws/agent`, {
      ...{ perMessageDeflate: false, maxPayload: MESSAGE_BYTES_MAX, handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
      ...(ca !== undefined && { ca }),
    })
    this.#socket.on('error', error => this.#fail(new ConnectionError(error.message)))
    this.#socket.on('unexpected-response', (_, response) => {
      const seconds = Number(response.headers['retry-after'])
      this.#fail(new ConnectionError(`The server answered with ${response.statusCode}.`, (seconds || 0) * 1_000))
      this.close()
    })
    this.#socket.on('close', (code, reason) =>
      this.#fail(new ConnectionError(`The connection was closed (${code}${reason.length ? ` ${reason}` : ''}).`)),
    )
    this.#socket.on('pong', () => {
      this.wasHeard = true
    })
    this.#socket.on('message', (data: Buffer, isBinary) => this.#receive(data, isBinary))
  }

  /** From now on, messages go to `receiver`, those that have come already first. */
  onMessage(receiver: (message: ServerMessage) => void): void {
    this.#receiver = receiver
    for (const message of this.#received.splice(0)) receiver(message)
  }

  /** From now on messages wait for the next receiver, after those that the last one has not dealt with. */
  hold(left: readonly ServerMessage[]): void {
    this.#receiver = undefined
    this.#received.push(...left)
  }

  send(message: AgentMessage): Promise<void> {
    return this.sendText(JSON.stringify(message))
  }

  /** Resolves when the message was given to the network. */
  sendText(text: string): Promise<void> {
    const sent = this.#sending.then(() => this.#send(text))
    this.#sending = sent.catch(() => undefined)
    return sent
  }

  ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping()
  }

  close(): void {
    this.#socket.terminate()
  }

  /** Ends after what was sent, unless that takes long. */
  async leave(): Promise<void> {
    await Promise.race([this.#sending, pause(LEAVE_TIMEOUT_MS, new AbortController().signal)])
    this.#socket.close(1000)
  }

  fail(error: ConnectionError): void {
    this.#fail(error)
    this.close()
  }

  async #send(text: string): Promise<void> {
    const bytes = Buffer.from(text)
    const data = bytes.length >= COMPRESSED_FROM_BYTES ? await deflate(bytes, { level: LEVEL }) : text
    await new Promise<void>((resolve, reject) => {
      this.#socket.send(data, { binary: typeof data !== 'string' }, error => (error ? reject(error) : resolve()))
    })
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.wasHeard = true
    try {
      const bytes = isBinary ? inflateRawSync(data, { maxOutputLength: MESSAGE_BYTES_MAX }) : data
      const parsed = serverMessage.safeParse(JSON.parse(bytes.toString('utf8')))
      // a newer server may say more than this agent knows
      if (!parsed.success) return
      if (this.#receiver) this.#receiver(parsed.data)
      else if (this.#received.length < 100) this.#received.push(parsed.data)
    } catch {
      this.fail(new ConnectionError('The server sent what is not a message.'))
    }
  }
}
