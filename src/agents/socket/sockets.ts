import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import { limitedLog } from '../../base/limited-log'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import { MESSAGE_BYTES_MAX } from '../../contract/agent-protocol'
import type { Writer } from '../../streams'
import type { AgentRow } from '../agents/agent-store'
import { connectEffect, disconnectEffect } from '../agents/connect-effect'
import { type Connecting, storeSightings } from '../agents/presence-store'
import type { ServerKey } from '../agents/server-key'
import type { CommandSender } from '../commands/sender'
import { containersOf } from '../containers/container-rows'
import type { IngestItem, IngestResult } from '../ingest/ingest-effect'
import { LineLimit } from '../logs/line-limit'
import type { AgentNotifier, News } from '../notifier'
import type { AgentSettings } from '../settings'
import { Admission } from './admission'
import { AgentConnection, type Opened } from './connection'
import { Inbox } from './inbox'
import { busy, closeCodeOf, REFUSALS, stopping } from './refusal'
import { Watched } from './watched'

export interface SocketDeps {
  db: Db
  streams: Pick<Writer, 'commit'> & { readNames(prefix: string): string[] }
  log: Log
  key: ServerKey
  notifier: AgentNotifier
  settings: AgentSettings
  /** Of this process. */
  process: string
  commands: CommandSender
  store(item: IngestItem): Promise<IngestResult>
  onStored(agent: AgentRow, result: Extract<IngestResult, { outcome: 'stored' }>): void
  onOutcome(outcome: 'opened' | 'refused' | 'closed' | 'lost'): void
}

const STORE_MS = 5_000

/** The connections of agents to this process. An agent may connect to any process. */
export class AgentSockets implements Part {
  readonly name = 'agent sockets'
  private readonly server = new WebSocketServer({
    ...{ noServer: true, maxPayload: MESSAGE_BYTES_MAX, perMessageDeflate: false },
  })
  private readonly admission = new Admission()
  private readonly byAgent = new Map<string, AgentConnection>()
  private readonly all = new Set<AgentConnection>()
  private readonly ending = new Set<Promise<unknown>>()
  private readonly watched: Watched
  private readonly faults: Log
  private readonly limit: LineLimit
  private timer: NodeJS.Timeout | undefined
  private storing: Promise<void> | undefined
  private stopListening = () => {}
  private isStopping = false

  constructor(private readonly deps: SocketDeps) {
    const { process, notifier, streams, settings } = deps
    this.faults = limitedLog(deps.log)
    this.limit = new LineLimit(settings.tenantLinesPerSecond, () => performance.now())
    this.watched = new Watched({ process, notifier, readNames: prefix => streams.readNames(prefix) }, () => {
      for (const connection of this.byAgent.values()) this.tellWatched(connection)
    })
  }

  async start() {
    await this.watched.start()
    this.stopListening = this.deps.notifier.listen(told => this.hear(told))
    const everyMs = Math.min(STORE_MS, this.deps.settings.heartbeatMs)
    this.timer = setInterval(() => this.look(), everyMs)
    this.timer.unref()
  }

  /** Sends the agents to other processes. */
  release() {
    this.isStopping = true
    for (const connection of this.all) connection.refuse(stopping())
  }

  async stop() {
    this.release()
    clearInterval(this.timer)
    this.stopListening()
    await this.watched.stop()
    await this.storing
    await Promise.all(this.ending)
  }

  /** Takes over the connection of an upgrade request. */
  async upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const leave = this.isStopping ? undefined : this.admission.enter()
    this.server.handleUpgrade(req, socket, head, opened => {
      if (leave) return this.add(new AgentConnection(opened, this.connectionDeps(leave)))
      this.deps.onOutcome('refused')
      const { code, message, retryAfterMs } = this.isStopping ? stopping() : busy()
      opened.on('error', () => opened.terminate())
      opened.send(JSON.stringify({ t: 'refused', code, message, retry_after_ms: retryAfterMs }))
      opened.close(closeCodeOf({ code, message, retryAfterMs }))
    })
  }

  private add(connection: AgentConnection) {
    this.all.add(connection)
  }

  private connectionDeps(leave: () => void): ConstructorParameters<typeof AgentConnection>[1] {
    const { db, key, settings, log, commands } = this.deps
    return {
      ...{ handshake: { db, key }, settings, log },
      open: (connection, connecting) => this.open(connection, connecting).finally(leave),
      onOpen: connection => {
        this.tellWatched(connection)
        const { agent } = connection
        if (agent) commands.send(agent, message => connection.send(message), true)
      },
      limit: (agent, records, agentNowMs) => this.limit.apply(agent.tenant_id, records, agentNowMs),
      onProgress: (agent, commandId, status) => commands.progressed(agent, commandId, status),
      onFaults: (agent, faults) =>
        this.faults.warn('Records of an agent cannot be read, and are left out', {
          ...{ agent_id: agent.id, count: faults.length, first: faults[0] },
        }),
      onClosed: (connection, wasLost) => {
        leave()
        this.closed(connection, wasLost)
      },
    }
  }

  private async open(connection: AgentConnection, connecting: Connecting): Promise<Opened | undefined> {
    const agent = await this.deps.streams.commit(connectEffect, connecting)
    if (!agent) return undefined
    const { id, epoch } = agent
    this.deps.notifier.tell({ type: 'connected', agentId: id, epoch })
    const rows = await containersOf(this.deps.db, id)
    const inbox = new Inbox(agent, new Map(rows.map(row => [row.name, row])), {
      log: this.deps.log,
      store: this.deps.store,
      onStored: (segment, seq) => connection.send({ t: 'ack', segment, seq }),
      onResult: result => {
        this.deps.onStored(agent, result)
        if (result.dropped)
          this.faults.warn('Samples of an agent are from hours that are not kept, and are left out', {
            ...{ agent_id: id, count: result.dropped },
          })
      },
      onStale: () => connection.refuse(REFUSALS.replaced),
      onFailed: () => connection.terminate(),
      onRoom: hasRoom => connection.setRoom(hasRoom),
    })
    this.byAgent.set(id, connection)
    this.deps.onOutcome('opened')
    this.deps.log.info('An agent has connected', { agent_id: id, epoch })
    return { agent, inbox }
  }

  private closed(connection: AgentConnection, wasLost: boolean) {
    this.all.delete(connection)
    const { agent } = connection
    if (!agent) return this.deps.onOutcome('refused')
    if (this.byAgent.get(agent.id) === connection) this.byAgent.delete(agent.id)
    this.deps.onOutcome(wasLost ? 'lost' : 'closed')
    const reason = wasLost ? 'lost' : 'closed'
    const ending = this.deps.streams
      .commit(disconnectEffect, { does: 'end', agentId: agent.id, epoch: agent.epoch, reason })
      .catch(logRetryable(this.deps.log, 'Cannot store that an agent has disconnected'))
      .finally(() => this.ending.delete(ending))
    this.ending.add(ending)
  }

  private hear(told: News) {
    if (told.type === 'connected') {
      const connection = this.byAgent.get(told.agentId)
      if (connection?.agent && connection.agent.epoch < told.epoch) connection.refuse(REFUSALS.replaced)
    } else if (told.type === 'deleted') this.byAgent.get(told.agentId)?.refuse(REFUSALS.revoked)
    else if (told.type === 'work') this.sendCommands(told.agentId)
  }

  private sendCommands(agentId: string) {
    const connection = this.byAgent.get(agentId)
    if (connection?.agent) this.deps.commands.send(connection.agent, message => connection.send(message), false)
  }

  private tellWatched(connection: AgentConnection) {
    const { agent } = connection
    if (!agent) return
    const containers = [...connection.containers.values()].filter(({ id }) => this.watched.has(`container:${id}`))
    connection.tellWatched(
      this.watched.has(`agent:${agent.id}`),
      containers.map(({ name }) => name),
    )
  }

  /** Closes what is silent, stores what is known, and finds what no message has told. */
  private look() {
    for (const connection of this.byAgent.values()) connection.check()
    this.storing ??= this.storeSightings()
      .catch(logRetryable(this.deps.log, 'Cannot store when agents were last seen, will retry'))
      .finally(() => {
        this.storing = undefined
      })
  }

  private async storeSightings(): Promise<void> {
    const sightings = [...this.byAgent.values()].flatMap(connection => connection.sighting() ?? [])
    if (!sightings.length) return
    const current = await storeSightings(this.deps.db, sightings)
    for (const sighting of sightings) {
      const connection = this.byAgent.get(sighting.agentId)
      if (connection?.agent?.epoch !== sighting.epoch) continue
      if (current.has(sighting.agentId)) connection.stored(sighting)
      else connection.refuse(REFUSALS.replaced)
    }
    for (const agentId of await this.deps.commands.agentsWithWork([...this.byAgent.keys()])) this.sendCommands(agentId)
  }
}
