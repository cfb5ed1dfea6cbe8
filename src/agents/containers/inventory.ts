import { newId } from '../../base/ids'
import type { AgentContainer } from '../../contract/agent-protocol'
import type { TopicEntries } from '../../streams'
import { changedEntries, containerStateEntries } from './container-entries'
import type { ContainerRow, NewGeneration } from './container-rows'

/** The agent whose containers they are. */
export interface InventoryOf {
  tenantId: string
  agentId: string
  agentName: string
  /** A time of the agent in the server's. */
  serverTime(agentMs: number): Date
}

/** Reads inventories one after another, and collects what each changes. */
export class Containers {
  readonly changed = new Map<string, ContainerRow>()
  readonly generations: NewGeneration[] = []
  readonly entries: TopicEntries[] = []

  constructor(
    private readonly of: InventoryOf,
    /** By name, before. */
    private readonly known: ReadonlyMap<string, ContainerRow>,
  ) {}

  get(name: string): ContainerRow | undefined {
    return this.changed.get(name) ?? this.known.get(name)
  }

  /** The same; one that is not known was there before the first inventory that has come, and is gone. */
  find(name: string, engineId: string, atMs: number): ContainerRow {
    const at = this.of.serverTime(atMs)
    return this.get(name) ?? this.add(absentRow(this.of, name, engineId, at), at)
  }

  /** @param isFirst nothing has happened to the containers: they are only new to us */
  apply(containers: readonly AgentContainer[], atMs: number, isFirst: boolean) {
    for (const container of containers) this.update(container, atMs, isFirst)
    const names = new Set(containers.map(({ name }) => name))
    const all = new Map([...this.known, ...this.changed])
    for (const row of all.values()) if (row.state !== 'gone' && !names.has(row.name)) this.lose(row, atMs)
  }

  /** An inventory older than what is known only tells of containers that have gone since. */
  remember(containers: readonly AgentContainer[], atMs: number) {
    const at = this.of.serverTime(atMs)
    for (const each of containers)
      if (!this.get(each.name)) this.add({ ...rowOf(this.of, each, undefined, atMs), state: 'gone' }, at)
  }

  update(container: AgentContainer, atMs: number, isFirst = false) {
    const before = this.get(container.name)
    const row = rowOf(this.of, container, before, atMs)
    if (before && isSame(before, row)) return
    const recreated = before !== undefined && before.engine_id !== row.engine_id
    if (recreated && before.state !== 'gone') this.generations.push(generationOf(before, this.of.serverTime(atMs)))
    this.put(row, null)
    if (isFirst) return
    for (const kind of happened(before, row))
      this.entries.push(changedEntries(kind, row, { agentName: this.of.agentName, recreated }))
  }

  private lose(before: ContainerRow, atMs: number) {
    const at = this.of.serverTime(atMs)
    const row: ContainerRow = { ...before, state: 'gone', state_since: at, health: 'none', health_since: at }
    this.put(row, at)
    if (isUp(before))
      this.entries.push(changedEntries('container_stopped', row, { agentName: this.of.agentName, recreated: false }))
  }

  private add(row: ContainerRow, goneAt: Date) {
    this.put(row, goneAt)
    return row
  }

  private put(row: ContainerRow, goneAt: Date | null) {
    this.changed.set(row.name, row)
    this.generations.push(generationOf(row, goneAt))
    this.entries.push(containerStateEntries(row))
  }
}

const isUp = ({ state }: ContainerRow) => state === 'running' || state === 'paused'

function happened(before: ContainerRow | undefined, row: ContainerRow) {
  const wasUp = before !== undefined && isUp(before)
  const began = isUp(row) && (!wasUp || before?.started_at?.getTime() !== row.started_at?.getTime())
  return [
    ...(began ? (['container_started'] as const) : []),
    ...(wasUp && !isUp(row) ? (['container_stopped'] as const) : []),
    ...(before && before.health !== row.health && isUp(row) ? (['container_health'] as const) : []),
  ]
}

function rowOf(
  of: InventoryOf,
  container: AgentContainer,
  before: ContainerRow | undefined,
  atMs: number,
): ContainerRow {
  const { id: engine_id, created_at, started_at, finished_at, state, health, ...same } = container
  const at = of.serverTime(atMs)
  const timeOf = (ms: number | null) => (ms === null ? null : of.serverTime(ms))
  const isNew = before?.engine_id !== engine_id
  const [started, finished] = [timeOf(started_at), timeOf(finished_at)]
  const since = { running: started, exited: finished, dead: finished }[state as string] ?? at
  return {
    ...same,
    ...{ engine_id, state, health, started_at: started, finished_at: finished, created_at: of.serverTime(created_at) },
    id: before?.id ?? newId(),
    tenant_id: of.tenantId,
    agent_id: of.agentId,
    state_since: before?.state === state && !isNew ? before.state_since : since,
    health_since: before?.health === health && !isNew ? before.health_since : at,
    first_seen_at: before?.first_seen_at ?? at,
  }
}

/** One whose logs or events come before any inventory with it. */
const absentRow = (of: InventoryOf, name: string, engine_id: string, at: Date): ContainerRow => ({
  ...{
    id: newId(),
    tenant_id: of.tenantId,
    agent_id: of.agentId,
    name,
    engine_id,
    image: '',
    image_id: '',
    labels: {},
  },
  ...{ state: 'gone', state_since: at, health: 'none', health_since: at, exit_code: null, restarts: 0 },
  ...{ created_at: at, started_at: null, finished_at: null, protected: false, own: false, first_seen_at: at },
})

const generationOf = (row: ContainerRow, goneAt: Date | null): NewGeneration => ({
  ...{ container_id: row.id, engine_id: row.engine_id, image: row.image, image_id: row.image_id },
  ...{ created_at: row.created_at, gone_at: goneAt, exit_code: row.exit_code },
})

/** Clocks drift by milliseconds between two inventories, which is no change. */
const DRIFT_MS = 5_000

function isSame(before: ContainerRow, after: ContainerRow): boolean {
  return Object.entries(after).every(([name, value]) => {
    const other = before[name as keyof ContainerRow]
    if (value instanceof Date) return other instanceof Date && Math.abs(value.getTime() - other.getTime()) < DRIFT_MS
    return typeof value === 'object' ? JSON.stringify(sorted(value)) === JSON.stringify(sorted(other)) : value === other
  })
}

const sorted = (value: unknown) => Object.entries(value ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
