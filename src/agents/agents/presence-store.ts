import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { AgentFacts } from './agent-facts'
import { AGENT_COLUMNS, type AgentRow, agentShape } from './agent-store'

/** A connection that has proved itself. */
export interface Connecting {
  agentId: string
  facts: AgentFacts
  capabilities: readonly string[]
  clockOffsetMs: number
  backlog: number
}

/** Replacements further apart than this have nothing to do with each other. */
const REPLACED_WITHIN = "interval '5 minutes'"

/** Gives each connection the next epoch. @returns those whose agent exists, by id */
export async function connectAgents(trx: Transaction, items: readonly Connecting[]): Promise<AgentRow[]> {
  await lockAgents(
    trx,
    items.map(({ agentId }) => agentId),
  )
  return manyRows(
    trx,
    agentShape,
    `UPDATE agents a SET epoch = a.epoch + 1, status = 'online', facts = CAST(n.facts AS jsonb), hostname = n.hostname,
       hardware_uuid = n.hardware, capabilities = ARRAY(SELECT jsonb_array_elements_text(CAST(n.capabilities AS jsonb))),
       clock_offset_ms = n.clock_offset, backlog = n.backlog, connected_at = now(), last_seen_at = now(),
       replaced = CASE WHEN a.status <> 'online' THEN a.replaced
         WHEN a.replaced_at > now() - ${REPLACED_WITHIN} THEN a.replaced + 1 ELSE 1 END,
       replaced_at = CASE WHEN a.status = 'online' THEN now() ELSE a.replaced_at END
     FROM unnest(:ids::uuid[], :facts::text[], :hostnames::text[], :hardware::text[], :capabilities::text[],
       :offsets::bigint[], :backlogs::bigint[])
       AS n(id, facts, hostname, hardware, capabilities, clock_offset, backlog)
     WHERE a.id = n.id RETURNING ${AGENT_COLUMNS}`,
    {
      ids: items.map(({ agentId }) => agentId),
      facts: items.map(({ facts }) => JSON.stringify(facts)),
      hostnames: items.map(({ facts }) => facts.hostname),
      hardware: items.map(({ facts }) => facts.hardware_uuid) as string[],
      capabilities: items.map(({ capabilities }) => JSON.stringify(capabilities)),
      offsets: items.map(({ clockOffsetMs }) => clockOffsetMs),
      backlogs: items.map(({ backlog }) => backlog),
    },
  )
}

/** Locks agents in the order that all use. */
const lockAgents = (trx: Transaction, ids: readonly string[]) =>
  trx.raw('SELECT 1 FROM agents WHERE id = ANY(?::uuid[]) ORDER BY id FOR NO KEY UPDATE', [[...ids]])

/** What is known of an open connection. */
export interface Sighting {
  agentId: string
  epoch: number
  clockOffsetMs: number
  backlog: number
  /** How long ago it was heard of. */
  ageMs: number
  /** New ones; null if nothing has changed. */
  facts: AgentFacts | null
}

const idRow = z.object({ id: z.string() })

/** Stores what is known of open connections. @returns the agents whose connection is still the newest */
export async function storeSightings(db: Db, sightings: readonly Sighting[]): Promise<Set<string>> {
  const stored = await manyRows(
    db,
    idRow,
    `WITH seen AS (
       SELECT a.id, s.* FROM unnest(:ids::uuid[], :epochs::integer[], :offsets::bigint[], :backlogs::bigint[],
         :ages::float8[], :facts::text[]) AS s(agent_id, epoch, clock_offset, backlog, age_ms, facts)
       JOIN agents a ON a.id = s.agent_id AND a.epoch = s.epoch ORDER BY a.id FOR NO KEY UPDATE OF a)
     UPDATE agents a SET last_seen_at = greatest(a.last_seen_at, now() - seen.age_ms * interval '1 ms'),
       clock_offset_ms = seen.clock_offset, backlog = seen.backlog,
       facts = coalesce(CAST(seen.facts AS jsonb), a.facts),
       hostname = coalesce(CAST(seen.facts AS jsonb)->>'hostname', a.hostname)
     FROM seen WHERE a.id = seen.id AND a.epoch = seen.epoch RETURNING a.id`,
    {
      ids: sightings.map(({ agentId }) => agentId),
      epochs: sightings.map(({ epoch }) => epoch),
      offsets: sightings.map(({ clockOffsetMs }) => clockOffsetMs),
      backlogs: sightings.map(({ backlog }) => backlog),
      ages: sightings.map(({ ageMs }) => ageMs),
      facts: sightings.map(({ facts }) => (facts ? JSON.stringify(facts) : null)) as string[],
    },
  )
  return new Set(stored.map(({ id }) => id))
}

/** An end of a connection. */
export interface Ended {
  agentId: string
  epoch: number
}

/** Marks agents whose newest connection has ended. @returns those that were online */
export const disconnectAgents = (trx: Transaction, ended: readonly Ended[]): Promise<AgentRow[]> =>
  manyRows(
    trx,
    agentShape,
    `WITH ended AS (
       SELECT a.id FROM unnest(:ids::uuid[], :epochs::integer[]) AS e(id, epoch)
       JOIN agents a ON a.id = e.id AND a.epoch = e.epoch AND a.status = 'online' ORDER BY a.id FOR NO KEY UPDATE OF a)
     UPDATE agents a SET status = 'offline', disconnected_at = now() FROM ended WHERE a.id = ended.id
     RETURNING ${AGENT_COLUMNS}`,
    { ids: ended.map(({ agentId }) => agentId), epochs: ended.map(({ epoch }) => epoch) },
  )

/** The same for those that no process has heard of for so long. */
export const disconnectSilent = (trx: Transaction, afterMs: number, limit: number): Promise<AgentRow[]> =>
  manyRows(
    trx,
    agentShape,
    `WITH silent AS (
       SELECT id FROM agents WHERE status = 'online' AND last_seen_at < now() - :afterMs * interval '1 ms'
       ORDER BY id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED)
     UPDATE agents a SET status = 'offline', disconnected_at = now() FROM silent WHERE a.id = silent.id
     RETURNING ${AGENT_COLUMNS}`,
    { afterMs, limit },
  )
