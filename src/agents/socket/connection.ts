import type { RawData, WebSocket } from 'ws'
import { messageOf } from '../../base/errors'
import type { Log } from '../../base/log'
import type { ServerMessage } from '../../contract/agent-protocol'
import type { AgentFacts } from '../agents/agent-facts'
import type { AgentRow } from '../agents/agent-store'
import type { Connecting, Sighting } from '../agents/presence-store'
import type { CommandProgress } from '../commands/change-store'
import type { Batch } from '../ingest/ingest-effect'
import type { AgentSettings } from '../settings'
import { Handshake } from './handshake'
import type { Inbox } from './inbox'
import { type Received, readMessage } from './messages'
import { badMessage, closeCodeOf, REFUSALS, type Refusal } from './refusal'

/** An agent whose connection is open. */
export interface Opened {
  agent: AgentRow
  inbox: Inbox
}

export interface ConnectionDeps {
  handshake: ConstructorParameters<typeof Handshake>[0]
  settings: AgentSettings
  log: Log
  /** Makes this the agent's newest connection. @returns nothing if it is not, because another one came at the same time */
  open(connection: AgentConnection, connecting: Connecting): Promise<Opened | undefined>
  /** It has been welcomed. */
  onOpen(connection: AgentConnection): void
  onProgress(agent: AgentRow, commandId: string, status: CommandProgress): void
  /** What may be stored of what it sends: as many records. */
  limit(agent: AgentRow, records: Batch['records'], agentNowMs: number): Batch['records']
  onFaults(agent: AgentRow, faults: readonly string[]): void
  /** @param wasLost nothing had come for too long */
  onClosed(connection: AgentConnection, wasLost: boolean): void
}

const HANDSHAKE_MS = 10_000
/** Time to read the last message before the connection is cut. */
const CLOSE_MS = 2_000
/** Heartbeats that may be missing. */
const SILENT_BEATS = 3

/** One connection of an agent, from its first byte to its end. */
export class AgentConnection {
  private readonly handshake: Handshake
  private step: 'prove' | 'hello' | 'opening' | 'open' | 'closed' = 'prove'
  private opened: Opened | undefined
  private heardAt = performance.now()
  private wasLost = false
  private isReading = true
  private clockOffsetMs = 0
  private backlog = 0
  private newFacts: AgentFacts | null = null
  private watch = ''
  private readonly timer: NodeJS.Timeout

  constructor(
    private readonly socket: WebSocket,
    private readonly deps: ConnectionDeps,
  ) {
    this.handshake = new Handshake(deps.handshake)
    this.timer = setTimeout(() => socket.terminate(), HANDSHAKE_MS)
    socket.on('message', (data, isBinary) => this.receive(data, isBinary))
    socket.on('close', () => this.ended())
    socket.on('error', () => socket.terminate())
    this.send({ t: 'challenge', nonce: this.handshake.nonce })
  }

  /** The agent, once the connection is open. */
  get agent(): AgentRow | undefined {
    return this.opened?.agent
  }

  get containers() {
    return this.opened?.inbox.containers ?? new Map<string, never>()
  }

  send(message: ServerMessage) {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(JSON.stringify(message))
  }

  /** Says why, and closes. */
  refuse(refusal: Refusal) {
    const { code, message, retryAfterMs } = refusal
    if (this.step === 'closed') return
    this.send({ t: 'refused', code, message, retry_after_ms: retryAfterMs })
    this.step = 'closed'
    this.socket.close(closeCodeOf(refusal))
    setTimeout(() => this.socket.terminate(), CLOSE_MS).unref()
  }

  /** Cuts it off; the agent comes back. */
  terminate() {
    this.socket.terminate()
  }

  /** Closes it if nothing has come for too long. */
  check() {
    if (!this.isReading || performance.now() - this.heardAt <= SILENT_BEATS * this.deps.settings.heartbeatMs) return
    this.wasLost = true
    this.socket.terminate()
  }

  /** What is to be stored of it. */
  sighting(): Sighting | undefined {
    if (!this.opened) return undefined
    const { id: agentId, epoch } = this.opened.agent
    const { clockOffsetMs, backlog, newFacts: facts } = this
    return { agentId, epoch, clockOffsetMs, backlog, ageMs: performance.now() - this.heardAt, facts }
  }

  /** What was to be stored of it is stored. */
  stored({ facts }: Sighting) {
    if (this.newFacts === facts) this.newFacts = null
  }

  /** Tells the agent what is watched, if that has changed. */
  tellWatched(host: boolean, containers: string[]) {
    const watch = JSON.stringify([host, containers])
    if (watch === this.watch || this.step !== 'open') return
    this.watch = watch
    this.send({ t: 'watch', host, containers })
  }

  private receive(data: RawData, isBinary: boolean) {
    this.heardAt = performance.now()
    const message = readMessage(data, isBinary)
    if (message.t === 'unreadable') return this.refuse(badMessage(message.fault))
    this.handle(message).catch(error => {
      this.deps.log.error('A message of an agent failed', { agent_id: this.agent?.id, error: messageOf(error) })
      this.socket.terminate() // the agent comes back, and what was not acknowledged comes again
    })
  }

  private async handle(message: Received): Promise<void> {
    if (this.step === 'open') return this.handleOpen(message)
    if (this.step === 'prove' && message.t === 'prove') {
      this.step = 'opening' // until it is answered, nothing else may come
      const answer = await this.handshake.prove(message)
      if (typeof answer !== 'string') return this.refuse(answer)
      if (this.step !== 'opening') return
      this.step = 'hello'
      return this.send({ t: 'proof', signature: answer })
    }
    if (this.step === 'hello' && message.t === 'hello') {
      this.step = 'opening'
      const connecting = this.handshake.greet(message)
      return 'code' in connecting ? this.refuse(connecting) : this.open(connecting)
    }
    if (this.step !== 'closed') this.refuse(REFUSALS.badMessage)
  }

  private async open(connecting: Connecting): Promise<void> {
    this.clockOffsetMs = connecting.clockOffsetMs
    this.backlog = connecting.backlog
    const opened = await this.deps.open(this, connecting)
    if (!opened) return this.refuse(REFUSALS.replaced)
    this.opened = opened
    clearTimeout(this.timer)
    if (this.step !== 'opening') return this.deps.onClosed(this, false) // it was closed meanwhile
    this.step = 'open'
    opened.inbox.clockOffsetMs = this.clockOffsetMs
    const { settings } = this.deps
    this.send({
      ...{ t: 'welcome', protocol: this.handshake.protocol, capabilities: [...connecting.capabilities] },
      ...{ epoch: opened.agent.epoch, clock: Date.now(), heartbeat_ms: settings.heartbeatMs },
      ...{ interval_ms: settings.intervalMs, watched_interval_ms: settings.watchedIntervalMs },
      ...{ idle_interval_ms: settings.idleIntervalMs, log_lines_per_second: settings.linesPerSecond },
      backfill_per_second: settings.backfillPerSecond,
    })
    this.deps.onOpen(this)
  }

  private handleOpen(message: Received): void {
    const { opened } = this
    if (!opened) return
    switch (message.t) {
      case 'heartbeat':
        this.clockOffsetMs = message.clock - Date.now()
        opened.inbox.clockOffsetMs = this.clockOffsetMs
        this.backlog = message.backlog
        this.newFacts = message.facts ?? this.newFacts
        return
      case 'batch':
        if (message.faults.length) this.deps.onFaults(opened.agent, message.faults)
        opened.inbox.add({ ...message, records: this.limited(opened.agent, message.records) })
        return
      case 'accepted':
      case 'running':
        this.deps.onProgress(opened.agent, message.command_id, message.t)
        return
      case 'segment_done':
        return // how far it was stored is kept for a while, in case its last records come again
      default:
        this.refuse(REFUSALS.badMessage)
    }
  }

  private limited(agent: AgentRow, records: Batch['records']) {
    return this.deps.limit(agent, records, Date.now() + this.clockOffsetMs)
  }

  /** Stops or goes on reading. */
  setRoom(hasRoom: boolean) {
    if (hasRoom === this.isReading) return
    this.isReading = hasRoom
    this.heardAt = performance.now() // what it sent meanwhile was not read
    if (hasRoom) this.socket.resume()
    else this.socket.pause()
  }

  private ended() {
    clearTimeout(this.timer)
    const wasOpen = this.opened !== undefined
    this.step = 'closed'
    if (!wasOpen) return this.deps.onClosed(this, false)
    void this.opened?.inbox.close().then(() => this.deps.onClosed(this, this.wasLost))
  }
}
