import type { AgentRecord } from '../../contract/agent-protocol'
import type { AgentGap } from '../../contract/agents'
import type { TopicEntries } from '../../streams'
import { agentTopic, SOURCE } from '../agents/agent-entries'
import type { CommandEnd } from '../commands/change-store'
import { containerTopic, engineEntries } from '../containers/container-entries'
import type { ContainerRow, Start } from '../containers/container-rows'
import { Containers } from '../containers/inventory'
import type { Levels } from '../logs/level'
import { type GapRecord, gapEntry, lineEntries } from '../logs/lines'
import type { Sample } from '../metrics'

/** The agent whose records they are, as it was before. */
export interface DigestOf {
  tenantId: string
  agentId: string
  agentName: string
  /** The agent's time of the newest inventory so far, in ms. */
  inventoryMs: number | null
  serverTime(agentMs: number): Date
  /** The agent's clock now, in ms. */
  agentNowMs: number
  levels: Levels
}

/** What records of an agent come to: rows and entries. Reads nothing, so a commit can be tried again. */
export class Digest {
  readonly containers: Containers
  readonly samples: Sample[] = []
  readonly starts: Start[] = []
  readonly ends: CommandEnd[] = []
  inventoryMs: number | null
  private readonly lines: TopicEntries[] = []

  constructor(
    private readonly of: DigestOf,
    known: ReadonlyMap<string, ContainerRow>,
  ) {
    this.containers = new Containers(of, known)
    this.inventoryMs = of.inventoryMs
  }

  get entries(): TopicEntries[] {
    return [...this.containers.entries, ...this.lines]
  }

  add(record: AgentRecord) {
    switch (record.t) {
      case 'host':
        return this.sample(null, record.at, record.sample)
      case 'containers':
        for (const [name, sample] of Object.entries(record.samples)) {
          const row = this.containers.get(name)
          if (row) this.sample(row.id, record.at, sample) // nothing is known of it before its first inventory
        }
        return
      case 'log':
        return this.log(record)
      case 'inventory':
        return this.inventory(record)
      case 'event':
        return this.event(record)
      case 'result':
        return this.result(record)
      case 'gap':
        return this.gap(record)
    }
  }

  private sample(container: string | null, at: number, values: Record<string, number | null>) {
    const { tenantId, agentId, serverTime } = this.of
    this.samples.push({ tenantId, agentId, container, at: serverTime(at), values })
  }

  private log(record: Extract<AgentRecord, { t: 'log' }>) {
    const first = record.lines[0]
    if (!first) return
    const row = this.containers.find(record.container, record.id, first.at)
    this.lines.push({ topic: containerTopic(row), entries: lineEntries(record, this.of.levels, this.of.serverTime) })
  }

  private inventory({ at, containers }: Extract<AgentRecord, { t: 'inventory' }>) {
    const { inventoryMs } = this
    // A newest inventory from the future of the agent's clock is from before the clock was put back.
    const isOld = inventoryMs !== null && at < inventoryMs && inventoryMs <= this.of.agentNowMs + CLOCK_SLACK_MS
    if (isOld) return this.containers.remember(containers, at)
    this.containers.apply(containers, at, inventoryMs === null)
    this.inventoryMs = at
  }

  private event({ at, container, id, action, exit_code }: Extract<AgentRecord, { t: 'event' }>) {
    const row = this.containers.find(container, id, at)
    const time = this.of.serverTime(at)
    if (action === 'start') this.starts.push({ containerId: row.id, at: time })
    this.lines.push(...engineEntries(row, { engine_id: id, action, exit_code }, time))
  }

  private result({ at, command_id: id, status, code, message, container }: Extract<AgentRecord, { t: 'result' }>) {
    this.ends.push({ id, status, code, message })
    const isNewest = this.inventoryMs === null || at >= this.inventoryMs
    if (container && isNewest) this.containers.update(container, at)
  }

  private gap(record: GapRecord) {
    const [from, to] = [this.of.serverTime(record.from), this.of.serverTime(record.to)]
    const { dropped, reason } = record
    const row = record.container === null ? undefined : this.containers.get(record.container)
    if (record.what === 'logs' && row) {
      this.lines.push({ topic: containerTopic(row), entries: [gapEntry({ from, to, dropped, reason })] })
      return
    }
    const data: AgentGap = { what: record.what, from: from.toISOString(), to: to.toISOString(), dropped, reason }
    const topic = agentTopic({ tenantId: this.of.tenantId, id: this.of.agentId })
    this.lines.push({ topic, entries: [{ kind: 'agent_gap', source: SOURCE, data }] })
  }
}

const CLOCK_SLACK_MS = 60_000
