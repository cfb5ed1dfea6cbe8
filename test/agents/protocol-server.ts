import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
  sign,
  verify,
} from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { type WebSocket, WebSocketServer } from 'ws'
import {
  type AgentMessage,
  type AgentRecord,
  agentMessage,
  enrollment,
  type ServerMessage,
  serverMessage,
  signedText,
} from '../../src/contract/agent-protocol'

export type Welcome = Extract<ServerMessage, { t: 'welcome' }>
type Hello = Extract<AgentMessage, { t: 'hello' }>

interface Stored {
  record: AgentRecord
  segment: string
  seq: number
}

/** A server that speaks the agents' protocol as the contract describes it, and is strict about it. */
export class ProtocolServer {
  readonly stored: Stored[] = []
  readonly hellos: Hello[] = []
  readonly heartbeats: Extract<AgentMessage, { t: 'heartbeat' }>[] = []
  readonly accepted: string[] = []
  readonly running: string[] = []
  readonly done: string[] = []
  /** What agents got wrong. */
  readonly faults: string[] = []
  token = 'enrolment-token'
  connects = 0
  duplicates = 0
  /** Acknowledge nothing. */
  isSilent = false
  /** Answer to `prove`. */
  refusal: Extract<ServerMessage, { t: 'refused' }> | undefined
  /** Sign with another key. */
  isImpostor = false
  welcome: Omit<Welcome, 't' | 'clock' | 'epoch'> = {
    ...{ protocol: 1, capabilities: ['metrics', 'logs', 'actions'], heartbeat_ms: 500 },
    ...{ interval_ms: 200, watched_interval_ms: 100, idle_interval_ms: 1_000 },
    ...{ log_lines_per_second: 1_000_000, backfill_per_second: 10_000 },
  }
  readonly #agents = new Map<string, KeyObject>()
  readonly #cursors = new Map<string, number>()
  readonly #keys = generateKeyPairSync('ed25519')
  readonly #wrongKeys = generateKeyPairSync('ed25519')
  readonly #waiting = new Set<() => void>()
  readonly #sockets = new Set<Socket>()
  readonly #connections = new Map<string, WebSocket>()

  private constructor(
    private readonly http: ReturnType<typeof createServer>,
    sockets: WebSocketServer,
  ) {
    http.on('request', (request, response) => {
      let body = ''
      request.on('data', chunk => {
        body += chunk
      })
      request.on('end', () => {
        const [status, answer] = this.#enroll(request.headers.authorization, body)
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer))
      })
    })
    http.on('connection', socket => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    http.on('upgrade', (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, connection => this.#connected(connection)),
    )
  }

  static async start(port = 0): Promise<ProtocolServer> {
    const server = new ProtocolServer(createServer(), new WebSocketServer({ noServer: true, perMessageDeflate: false }))
    server.http.listen(port, '127.0.0.1')
    await once(server.http, 'listening')
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`
  }

  get records(): AgentRecord[] {
    return this.stored.map(({ record }) => record)
  }

  of<T extends AgentRecord['t']>(t: T): Extract<AgentRecord, { t: T }>[] {
    return this.records.filter((record): record is Extract<AgentRecord, { t: T }> => record.t === t)
  }

  /** Texts of all lines of a container. */
  lines(container: string): string[] {
    return this.of('log').flatMap(each => (each.container === container ? each.lines.map(({ text }) => text) : []))
  }

  /** Resolves as soon as the condition holds; it is looked at after each message. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>(resolve => this.#waiting.add(resolve))
  }

  /** To all agents. */
  send(message: ServerMessage): void {
    const text = JSON.stringify(serverMessage.parse(message))
    for (const each of this.#connections.values()) each.send(text.length > 1_000 ? deflateRawSync(text) : text)
  }

  /** Breaks all connections. */
  cut(): void {
    for (const each of this.#connections.values()) each.terminate()
  }

  /** Accepts no connections; what is open is broken. */
  async down(): Promise<number> {
    const { port } = this.http.address() as AddressInfo
    this.http.close()
    for (const socket of this.#sockets) socket.destroy()
    await once(this.http, 'close')
    return port
  }

  async up(port: number): Promise<void> {
    this.http.listen(port, '127.0.0.1')
    await once(this.http, 'listening')
  }

  async close(): Promise<void> {
    if (this.http.listening) await this.down()
  }

  #enroll(authorization: string | undefined, body: string): [number, unknown] {
    if (authorization !== `Bearer ${this.token}`) return [401, { title: 'The token is not valid.' }]
    const { public_key } = enrollment.parse(JSON.parse(body))
    const id = randomUUID()
    this.#agents.set(id, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: public_key }, format: 'jwk' }))
    const { x } = this.#keys.publicKey.export({ format: 'jwk' })
    return [201, { agent_id: id, name: 'machine', server_key: x }]
  }

  #connected(connection: WebSocket): void {
    this.connects++
    const say = (message: ServerMessage) => connection.send(JSON.stringify(serverMessage.parse(message)))
    const serverNonce = randomBytes(32).toString('base64url')
    let parts: Parameters<typeof signedText>[1] | undefined
    connection.on('message', (data: Buffer, isBinary) => {
      const parsed = agentMessage.safeParse(JSON.parse((isBinary ? inflateRawSync(data) : data).toString('utf8')))
      if (!parsed.success) {
        this.faults.push(parsed.error.message)
      } else if (parsed.data.t === 'prove') {
        if (this.refusal) return say(this.refusal)
        parts = { agentId: parsed.data.agent_id, serverNonce, agentNonce: parsed.data.nonce }
        const { privateKey } = this.isImpostor ? this.#wrongKeys : this.#keys
        say({
          t: 'proof',
          signature: sign(null, Buffer.from(signedText('server', parts)), privateKey).toString('base64url'),
        })
      } else if (parsed.data.t === 'hello') {
        const key = this.#agents.get(parts?.agentId ?? '')
        const signature = Buffer.from(parsed.data.signature, 'base64url')
        if (!parts || !key || !verify(null, Buffer.from(signedText('agent', parts)), key, signature))
          return say({ t: 'refused', code: 'bad_proof', message: 'The proof is wrong.', retry_after_ms: 0 })
        this.#connections.get(parts.agentId)?.close()
        this.#connections.set(parts.agentId, connection)
        this.hellos.push(parsed.data)
        say({ t: 'welcome', clock: Date.now(), epoch: this.connects, ...this.welcome })
      } else this.#take(parsed.data, connection)
      this.#wake()
    })
    say({ t: 'challenge', nonce: serverNonce })
  }

  #take(message: AgentMessage, connection: WebSocket): void {
    if (message.t === 'heartbeat') this.heartbeats.push(message)
    if (message.t === 'accepted') this.accepted.push(message.command_id)
    if (message.t === 'running') this.running.push(message.command_id)
    if (message.t === 'segment_done') this.done.push(message.segment)
    if (message.t !== 'batch' || this.isSilent) return
    const { segment, first, records } = message
    const cursor = this.#cursors.get(segment) ?? 0
    if (first > cursor + 1) this.faults.push(`A hole: ${first} after ${cursor}`)
    for (const [index, record] of records.entries()) {
      const seq = first + index
      if (seq <= cursor) this.duplicates++
      else this.stored.push({ record, segment, seq })
    }
    const seq = Math.max(cursor, first + records.length - 1)
    this.#cursors.set(segment, seq)
    connection.send(JSON.stringify({ t: 'ack', segment, seq }))
  }

  #wake(): void {
    for (const each of this.#waiting) each()
    this.#waiting.clear()
  }
}
