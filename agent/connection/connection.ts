import type { AgentCommand } from '../../src/contract/agent-protocol'
import { Backoff } from '../backoff'
import type { Report } from '../commands'
import { pause } from '../deadline'
import { messageOf } from '../failure'
import { Condition, type Say } from '../log'
import type { Spool } from '../spool'
import type { Facts } from './enroll'
import { refusal, shakeHands, type Welcome } from './handshake'
import type { Identity } from './identity'
import { Sender } from './sender'
import { AgentSocket, ConnectionError } from './socket'

const BACKOFF_MS = { first: 1_000, most: 60_000 }
/** Only a connection that has lasted so long makes the next attempt come soon. */
const STABLE_MS = 30_000
/** Beats without any sign of the server. Counted, because the time also passes while the machine sleeps. */
const SILENT_BEATS_MAX = 6

export interface ConnectionNeeds {
  url: string
  ca?: string[] | undefined
  identity: Identity
  spool: Spool
  allowsActions: boolean
  facts(): Facts
  now(): number
  random?: () => number
  onWelcome(welcome: Welcome): void
  onWatch(host: boolean, containers: readonly string[]): void
  /** Returns at once; `report` says how far the command is. */
  onCommand(command: AgentCommand, report: Report): void
  /** Connected, or not. */
  onState(isConnected: boolean): void
  say: Say
  signal: AbortSignal
}

/** Keeps a connection to the server. Attempts are apart from each other whatever made them fail. */
export class Connection {
  readonly #backoff: Backoff
  readonly #condition: Condition
  #current: AgentSocket | undefined
  #factsChanged = false
  #wasConnected = false
  #silentBeats = 0

  constructor(private readonly needs: ConnectionNeeds) {
    this.#backoff = new Backoff(BACKOFF_MS.first, BACKOFF_MS.most, needs.random)
    this.#condition = new Condition(needs.say, `Connected to ${needs.url} again.`)
  }

  async run(): Promise<void> {
    const { signal, say } = this.needs
    while (!signal.aborted) {
      const error = await this.#once()
      if (signal.aborted) return
      this.#condition.bad(error.message)
      const waitMs = Math.max(this.#backoff.next(), error.retryAfterMs)
      if (error.retryAfterMs > 60_000) say(`The next attempt is in ${Math.round(waitMs / 1_000)} s.`)
      await pause(waitMs, signal)
    }
  }

  /** What the server knows of the machine has changed: it is told with the next heartbeat, which is sent now. */
  factsChanged(): void {
    this.#factsChanged = true
    if (this.#current) void this.#heartbeat(this.#current)
  }

  /** Ends the connection; `run` makes a new one. For tests and simulations of broken links. */
  cut(): void {
    this.#current?.close()
  }

  async #once(): Promise<ConnectionError> {
    const { url, ca, signal, onState } = this.needs
    const socket = new AgentSocket(url, ca)
    const end = new AbortController()
    const leave = () => {
      end.abort()
      void socket.leave().finally(() => socket.fail(new ConnectionError('The agent ends.')))
    }
    signal.addEventListener('abort', leave, { once: true })
    try {
      const welcome = await Promise.race([socket.ended, this.#shakeHands(socket)])
      await this.#serve(socket, welcome, end.signal)
      return new ConnectionError('The connection has ended.')
    } catch (error) {
      return error instanceof ConnectionError ? error : new ConnectionError(messageOf(error))
    } finally {
      signal.removeEventListener('abort', leave)
      end.abort()
      socket.close()
      if (this.#current === socket) {
        this.#current = undefined
        onState(false)
      }
    }
  }

  #shakeHands(socket: AgentSocket): Promise<Welcome> {
    const { identity, facts, spool, allowsActions, now } = this.needs
    return shakeHands(socket, { identity, facts: facts(), backlog: spool.backlog, allowsActions, now })
  }

  async #serve(socket: AgentSocket, welcome: Welcome, signal: AbortSignal): Promise<void> {
    const { spool, say, url, onWelcome, onState, identity } = this.needs
    spool.onDone = segment => void socket.send({ t: 'segment_done', segment }).catch(() => undefined)
    await spool.begin()
    const sender = new Sender({ spool, socket, pastPerSecond: welcome.backfill_per_second, signal })
    this.#current = socket
    socket.onMessage(message => {
      if (message.t === 'ack') {
        spool.acked(message.segment, message.seq)
        sender.wake()
      } else if (message.t === 'watch') this.needs.onWatch(message.host, message.containers)
      else if (message.t === 'command') this.#command(socket, message.command)
      else if (message.t === 'refused') socket.fail(refusal(message))
    })
    if (!this.#isFirst()) this.#condition.good()
    else say(`Connected to ${url} as ${identity.name}.`)
    onWelcome(welcome)
    onState(true)
    const beat = setInterval(() => this.#beat(socket), welcome.heartbeat_ms / 2)
    const stable = setTimeout(() => this.#backoff.reset(), STABLE_MS)
    try {
      await Promise.race([socket.ended, sender.run()])
    } finally {
      clearInterval(beat)
      clearTimeout(stable)
      spool.onData = () => undefined
      spool.onDone = () => undefined
    }
  }

  #isFirst(): boolean {
    const isFirst = !this.#wasConnected
    this.#wasConnected = true
    return isFirst
  }

  #command(socket: AgentSocket, command: AgentCommand): void {
    const report: Report = t => void socket.send({ t, command_id: command.id }).catch(() => undefined)
    this.needs.onCommand(command, report)
  }

  #beat(socket: AgentSocket): void {
    this.#silentBeats = socket.wasHeard ? 0 : this.#silentBeats + 1
    socket.wasHeard = false
    if (this.#silentBeats > SILENT_BEATS_MAX) {
      socket.fail(new ConnectionError('The server was silent for too long.'))
      return
    }
    socket.ping()
    void this.#heartbeat(socket)
  }

  async #heartbeat(socket: AgentSocket): Promise<void> {
    const { now, spool, facts } = this.needs
    const changed = this.#factsChanged ? { facts: facts() } : {}
    this.#factsChanged = false
    await socket.send({ t: 'heartbeat', clock: now(), backlog: spool.backlog, ...changed }).catch(() => undefined)
  }
}
