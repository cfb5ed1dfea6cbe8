import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { WebSocket } from 'ws'
import { newId } from '../../../src/base/ids'
import {
  type AgentCommand,
  type AgentContainer,
  type AgentMessage,
  type AgentRecord,
  type ServerMessage,
  serverMessage,
  signedText,
} from '../../../src/contract/agent-protocol'
import type { TestApp } from '../../support/app'

type Message<T extends ServerMessage['t']> = Extract<ServerMessage, { t: T }>
export type Facts = Extract<AgentMessage, { t: 'hello' }>['facts']

export const factsOf = (hostname: string, given: Partial<Facts> = {}): Facts => ({
  ...{ hostname, hardware_uuid: null, boot_id: 'boot-1', platform: 'linux', os: 'Debian GNU/Linux 12', cpus: 4 },
  ...{ memory: 8 * 1024 ** 3, version: '0.1.0', engine_error: null },
  engine: { kind: 'docker', version: '27.0.0', api_version: '1.46' },
  ...given,
})

const hex = () => randomBytes(32).toString('hex')

export function containerOf(name: string, given: Partial<AgentContainer> = {}): AgentContainer {
  const now = Date.now()
  return {
    ...{ id: hex(), name, image: 'nginx:1', image_id: `sha256:${name}`, labels: { app: name }, state: 'running' },
    ...{ health: 'none', exit_code: null, restarts: 0, created_at: now - 60_000, started_at: now - 50_000 },
    ...{ finished_at: null, protected: false, own: false },
    ...given,
  }
}

export const hostRecord = (at: number, cpu = 10): AgentRecord => ({
  ...{ t: 'host', at },
  sample: {
    ...{ cpu, load1: 1, memory: 1024 ** 3, memory_total: 8 * 1024 ** 3, swap: 0, disk: 5, disk_total: 10 },
    ...{ rx: 1, tx: 2, read: 3, write: 4 },
  },
})

export const logRecord = (container: AgentContainer, texts: readonly string[], at = Date.now()): AgentRecord => ({
  ...{ t: 'log', container: container.name, id: container.id },
  lines: texts.map(text => ({ at, stream: 'stdout', text })),
})

export const inventoryRecord = (containers: AgentContainer[], at = Date.now()): AgentRecord => ({
  ...{ t: 'inventory', at, containers },
})

/** What an agent has on its disk, which outlives its connections. */
export interface Identity {
  agentId: string
  key: KeyObject
  serverKey: string
  facts: Facts
}

/** @returns the answer to a request to enroll, with the key that was made for it */
export async function requestEnrollment(app: TestApp, secret: string, facts: Facts) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const response = await app.post(
    '/api/agents/enroll',
    { public_key: publicKey.export({ format: 'jwk' }).x, facts },
    { authorization: `Bearer ${secret}` },
  )
  return { response, key: privateKey }
}

export async function newToken(app: TestApp, given: object = {}): Promise<string> {
  const response = await app.post('/api/agent-tokens', given)
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`)
  return ((await response.json()) as { secret: string }).secret
}

export async function enroll(app: TestApp, hostname: string, given: Partial<Facts> = {}): Promise<Identity> {
  const facts = factsOf(hostname, given)
  const { response, key } = await requestEnrollment(app, await newToken(app), facts)
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`)
  const { agent_id: agentId, server_key: serverKey } = (await response.json()) as Record<string, string>
  return { agentId: agentId ?? '', serverKey: serverKey ?? '', key, facts }
}

export interface ConnectOptions {
  capabilities?: string[]
  /** How far its clock is ahead. */
  clockOffsetMs?: number
  /** Sends no heartbeats. */
  silent?: boolean
  /** Signs something else. */
  lies?: boolean
  protocol?: [min: number, max: number]
}

/** A small agent that only speaks the protocol. */
export class TestAgent {
  readonly received: ServerMessage[] = []
  closed: { code: number } | undefined
  segment = newId()
  private next = 1
  private waiting: { done: () => boolean; resolve(): void }[] = []

  private constructor(
    readonly identity: Identity,
    private readonly socket: WebSocket,
    private readonly options: ConnectOptions,
  ) {
    socket.on('message', data => {
      this.received.push(serverMessage.parse(JSON.parse(String(data))))
      this.check()
    })
    socket.on('close', code => {
      this.closed = { code }
      this.check()
    })
    socket.on('error', () => undefined)
  }

  /** Connects, and proves itself if the server does. */
  static async connect(app: { url: string }, identity: Identity, options: ConnectOptions = {}): Promise<TestAgent> {
    const url = `${app.url.replace(/^http/, 'ws')}/ws/agent`
    const agent = new TestAgent(identity, new WebSocket(url, { perMessageDeflate: false }), options)
    await agent.shakeHands()
    return agent
  }

  private async shakeHands() {
    const { agentId, key, serverKey, facts } = this.identity
    const challenge = await this.first('challenge')
    if (!challenge) return
    const nonce = randomBytes(32).toString('base64url')
    const [protocol_min, protocol_max] = this.options.protocol ?? [1, 1]
    this.send({ t: 'prove', agent_id: agentId, nonce, protocol_min, protocol_max })
    const proof = await this.first('proof')
    if (!proof) return
    const signed = { agentId, serverNonce: challenge.nonce, agentNonce: nonce }
    const server = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: serverKey }, format: 'jwk' })
    const isServer = verify(
      null,
      Buffer.from(signedText('server', signed)),
      server,
      Buffer.from(proof.signature, 'base64url'),
    )
    if (!isServer) throw new Error('The server did not prove itself')
    const text = this.options.lies ? 'something else' : signedText('agent', signed)
    const signature = sign(null, Buffer.from(text), key).toString('base64url')
    const { capabilities = ['metrics', 'logs', 'actions', 'something new'] } = this.options
    this.send({ t: 'hello', signature, facts, capabilities, clock: this.now(), backlog: 0 })
    const welcome = await this.first('welcome')
    if (!welcome || this.options.silent) return
    const timer = setInterval(() => this.heartbeat(), welcome.heartbeat_ms / 4).unref()
    this.socket.on('close', () => clearInterval(timer))
  }

  now = () => Date.now() + (this.options.clockOffsetMs ?? 0)

  send(message: AgentMessage, compressed = false) {
    const text = JSON.stringify(message)
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(compressed ? deflateRawSync(text) : text)
  }

  heartbeat(backlog = 0) {
    this.send({ t: 'heartbeat', clock: this.now(), backlog })
  }

  /** Sends records in the current segment. @returns the number of the last one */
  write(...records: AgentRecord[]): number {
    this.send({ t: 'batch', segment: this.segment, first: this.next, records })
    this.next += records.length
    return this.next - 1
  }

  /** The same, and waits until they are durable. */
  async store(...records: AgentRecord[]) {
    const { segment } = this
    const last = this.write(...records)
    await this.acked(segment, last)
  }

  acked(segment: string, seq: number) {
    return this.until(() => this.of('ack').some(ack => ack.segment === segment && ack.seq >= seq), `ack of ${seq}`)
  }

  of<T extends ServerMessage['t']>(t: T): Message<T>[] {
    return this.received.filter((message): message is Message<T> => message.t === t)
  }

  get epoch() {
    return this.of('welcome')[0]?.epoch ?? 0
  }

  get refusal() {
    return this.of('refused')[0]
  }

  private get isOver() {
    return this.refusal !== undefined || this.closed !== undefined
  }

  async first<T extends ServerMessage['t']>(t: T): Promise<Message<T> | undefined> {
    await this.until(() => this.of(t).length > 0 || this.isOver, t)
    return this.of(t)[0]
  }

  /** Waits for a number of commands. */
  async commands(count = 1): Promise<AgentCommand[]> {
    await this.until(() => this.of('command').length >= count, `${count} commands`)
    return this.of('command').map(({ command }) => command)
  }

  until(done: () => boolean, what = 'a message'): Promise<void> {
    if (done()) return Promise.resolve()
    if (this.closed) return Promise.reject(new Error(`The connection was closed before ${what}`))
    return new Promise((resolve, reject) => {
      const resolveOrFail = () => (done() ? resolve() : reject(new Error(`The connection was closed before ${what}`)))
      this.waiting.push({ done: () => done() || this.closed !== undefined, resolve: resolveOrFail })
    })
  }

  /** Cuts the connection. */
  async cut() {
    this.socket.terminate()
    await this.until(() => this.closed !== undefined)
  }

  private check() {
    const ready = this.waiting.filter(({ done }) => done())
    this.waiting = this.waiting.filter(each => !ready.includes(each))
    for (const { resolve } of ready) resolve()
  }
}
