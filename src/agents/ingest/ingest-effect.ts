import type { Transaction } from '../../base/db'
import type { AgentRecord } from '../../contract/agent-protocol'
import type { Effect, TopicEntries } from '../../streams'
import { endCommands } from '../commands/change-store'
import { commandEntries } from '../commands/command-entries'
import { type ContainerRow, storeContainers, storeGenerations, storeStarts } from '../containers/container-rows'
import type { Levels } from '../logs/level'
import { type Sample, storeSamples } from '../metrics'
import { Digest } from './digest'
import {
  type Cursor,
  type LockedAgent,
  lockAgents,
  readCursors,
  storeCursors,
  storeInventoryTimes,
} from './segment-store'

/** Consecutive records of a segment. A record that cannot be read is null: it counts, and is left out. */
export interface Batch {
  segment: string
  /** Number of the first. */
  first: number
  records: readonly (AgentRecord | null)[]
}

/** What a connection has received. */
export interface IngestItem {
  agentId: string
  epoch: number
  batches: readonly Batch[]
  /** Its containers, by name. Only its newest connection changes them. */
  known: ReadonlyMap<string, ContainerRow>
  levels: Levels
  /** How far the agent's clock is ahead. */
  clockOffsetMs: number
}

/** `stale`: there is a newer connection, or the agent is deleted. */
export type IngestResult =
  | { outcome: 'stale' }
  | {
      outcome: 'stored'
      /** Those that have changed. */
      containers: ReadonlyMap<string, ContainerRow>
      samples: readonly Sample[]
      /** Samples whose hour is not kept any more, or lies in the future. */
      dropped: number
      /** Ids of commands whose result came. */
      ended: readonly string[]
      records: number
      /** Those of them that were stored before. */
      repeated: number
    }

/**
 * Stores what agents send, and how far they have come, in one commit: so nothing is lost that was acknowledged, and nothing
 * is stored twice, whoever crashes. What comes from an older connection than the newest is left out.
 */
export const ingestEffect: Effect<IngestItem, IngestResult> = {
  name: 'agents.ingest',
  async apply(trx, items) {
    const agents = new Map((await lockAgents(trx, idsOf(items))).map(agent => [agent.id, agent]))
    const current = items.filter(item => agents.get(item.agentId)?.epoch === item.epoch)
    const cursors = await cursorsOf(trx, current)
    const digests = new Map<IngestItem, { digest: Digest; repeated: number }>()
    for (const item of current) digests.set(item, digestOf(item, agents.get(item.agentId) as LockedAgent, cursors))
    const dropped = await store(
      trx,
      [...digests.values()].map(({ digest }) => digest),
    )
    const droppedOf = ({ agentId }: IngestItem) => dropped.filter(sample => sample.agentId === agentId).length
    if (current.length) await storeCursors(trx, [...cursors.values()])
    const inventories = [...digests].flatMap(
      ([
        { agentId },
        {
          digest: { inventoryMs },
        },
      ]) =>
        inventoryMs === null || inventoryMs === agents.get(agentId)?.inventory_ms
          ? []
          : [[agentId, inventoryMs] as const],
    )
    await storeInventoryTimes(trx, new Map(inventories))
    const entries: TopicEntries[][] = []
    for (const item of items) entries.push(await entriesOf(trx, item, digests.get(item)?.digest))
    return { results: items.map(item => resultOf(item, digests.get(item), droppedOf(item))), entries }
  },
}

const idsOf = (items: readonly IngestItem[]) => [...new Set(items.map(({ agentId }) => agentId))]
const keyOf = ({ agentId, segment }: Omit<Cursor, 'seq'>) => `${agentId}/${segment}`

async function cursorsOf(trx: Transaction, items: readonly IngestItem[]): Promise<Map<string, Cursor>> {
  const wanted = items.flatMap(({ agentId, batches }) => batches.map(({ segment }) => ({ agentId, segment, seq: 0 })))
  const cursors = new Map(wanted.map(each => [keyOf(each), each]))
  for (const cursor of await readCursors(trx, [...cursors.values()])) cursors.set(keyOf(cursor), cursor)
  return cursors
}

/** Reads the records that are new, and moves the cursors on. */
function digestOf(item: IngestItem, agent: LockedAgent, cursors: Map<string, Cursor>) {
  const { agentId, batches, known, levels, clockOffsetMs } = item
  const serverTime = serverTimeOf(clockOffsetMs)
  const agentNowMs = Date.now() + clockOffsetMs
  const { tenant_id: tenantId, name: agentName, inventory_ms: inventoryMs } = agent
  const digest = new Digest({ tenantId, agentId, agentName, inventoryMs, serverTime, agentNowMs, levels }, known)
  let repeated = 0
  for (const { segment, first, records } of batches) {
    const key = keyOf({ agentId, segment })
    const stored = cursors.get(key)?.seq ?? 0
    const fresh = records.slice(Math.max(0, stored + 1 - first))
    repeated += records.length - fresh.length
    for (const record of fresh) if (record) digest.add(record)
    // The agent may have dropped records before these: then it has said so.
    cursors.set(key, { agentId, segment, seq: Math.max(stored, first + records.length - 1) })
  }
  return { digest, repeated }
}

/** Clocks that differ by less are taken to be right: the difference is mostly the way. */
const OFFSET_MIN_MS = 2_000

const serverTimeOf = (offsetMs: number) => {
  const correction = Math.abs(offsetMs) < OFFSET_MIN_MS ? 0 : offsetMs
  return (agentMs: number) => new Date(Math.max(0, agentMs - correction))
}

/** @returns the samples that cannot be stored */
async function store(trx: Transaction, digests: readonly Digest[]): Promise<readonly Sample[]> {
  await storeContainers(
    trx,
    digests.flatMap(({ containers }) => [...containers.changed.values()]),
  )
  await storeGenerations(
    trx,
    digests.flatMap(({ containers }) => containers.generations),
  )
  await storeStarts(
    trx,
    digests.flatMap(({ starts }) => starts),
  )
  const { dropped } = await storeSamples(
    trx,
    digests.flatMap(({ samples }) => samples),
  )
  return dropped
}

async function entriesOf(trx: Transaction, item: IngestItem, digest: Digest | undefined): Promise<TopicEntries[]> {
  if (!digest) return []
  const ended = digest.ends.length ? await endCommands(trx, item.agentId, digest.ends) : []
  return [...digest.entries, ...ended.flatMap(commandEntries)]
}

function resultOf(
  { batches }: IngestItem,
  found: { digest: Digest; repeated: number } | undefined,
  dropped: number,
): IngestResult {
  if (!found) return { outcome: 'stale' }
  const { containers, samples, ends } = found.digest
  return {
    outcome: 'stored',
    ...{ containers: containers.changed, samples, dropped, ended: ends.map(({ id }) => id), repeated: found.repeated },
    records: batches.reduce((sum, { records }) => sum + records.length, 0),
  }
}
