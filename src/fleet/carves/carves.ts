import type { Audit } from '../../access'
import type { Endpoint } from '../../api'
import type { Db } from '../../base/db'
import { Problem } from '../../base/errors'
import { expiringRows } from '../../base/expiring'
import { hashSecret, newId, newSecret } from '../../base/ids'
import { withTimeout } from '../../base/request-timeout'
import type { RetentionTarget } from '../../base/retention'
import { type Agent, type Answer, type CarveBlock, type CarveStart, LOOKUP_MS_MAX } from '../agent'
import type { CarveQueries } from '../carve-queries'
import { carveRoutes } from './carve-routes'
import {
  addBlock,
  type CarveRow,
  countByQuery,
  findQueryOf,
  hasSession,
  lockCarvesOf,
  lockSession,
  putCarve,
  setQuery,
  startedOf,
} from './carve-store'

export interface CarvesDeps {
  db: Db
  audit: Audit
  queries: CarveQueries
}

/** Files that agents upload because a query asked for them. */
export interface Carves {
  /** @returns the session id; undefined if no query asked for the carve. @throws Problem if it is too large */
  init(agent: Agent, start: CarveStart): Promise<string | undefined>
  /**
   * Assigns carves to the queries whose answers name them. Until then, the query of a carve that started before its
   * answer arrived is a guess. Resolves when durable.
   */
  match(agent: Agent, answers: readonly Answer[]): Promise<void>
  /** Whether there is such a session. */
  has(sessionId: string): Promise<boolean>
  /** Resolves when durable. @returns false if there is no such session, or the carve has no such block */
  block(block: CarveBlock): Promise<boolean>
  endpoints: Endpoint[]
  retention: RetentionTarget[]
}

const MIB = 1024 * 1024
/** Encoded as base64 and with the other fields, a block must fit into a body of 16 MiB. */
const BLOCK_BYTES_MAX = 11 * MIB
const SIZE_BYTES_MAX = 256 * MIB
/** A query may start several carves. */
const PER_QUERY_MAX = 20
/** Max carves in the answers of one request that are matched. */
const MATCHED_MAX = 100
/** osquery's carve ids are UUIDs. */
const GUID = /^[\w-]{1,100}$/

export function createCarves({ db, audit, queries }: CarvesDeps): Carves {
  return {
    async init(agent, start) {
      return db.transaction(async trx => {
        await lockCarvesOf(trx, agent.hostId)
        const counts = await countByQuery(trx, agent.hostId, start.carveId)
        // Read before the answers: an answer that is stored in between must be found in one of the two, because an agent
        // that is told that nobody asked for its carve never sends it again.
        const recent = await queries.recent(trx, agent)
        const queryId =
          (await queries.byGuid(trx, agent, start.carveId)) ??
          (await findQueryOf(trx, agent.hostId, start.carveId)) ??
          guess(start, recent, counts)
        if (!queryId) return undefined
        requireValid(start)
        if ((counts.get(queryId) ?? 0) >= PER_QUERY_MAX)
          throw refused('too_many_carves', `This query has already started ${PER_QUERY_MAX} carves.`)
        const session = newSecret('trc')
        await putCarve(trx, { ...newCarve(agent, start, queryId), session_hash: hashSecret(session) })
        return session
      })
    },
    async match(agent, answers) {
      const named = answers.flatMap(({ rows }) => rows.slice(0, PER_QUERY_MAX).flatMap(row => row.carve_guid ?? []))
      if (!named.length) return
      await db.transaction(async trx => {
        await lockCarvesOf(trx, agent.hostId)
        // Most answers arrive before their carve starts, so only those of started carves need to be read again.
        for (const guid of await startedOf(trx, agent.hostId, [...new Set(named.slice(0, MATCHED_MAX))])) {
          const queryId = await queries.byGuid(trx, agent, guid)
          if (queryId) await setQuery(trx, agent.hostId, guid, queryId)
        }
      })
    },
    has: sessionId => withTimeout(LOOKUP_MS_MAX, () => hasSession(db, hashSecret(sessionId))),
    block: ({ sessionId, blockId, data }) =>
      db.transaction(async trx => {
        const carve = await lockSession(trx, hashSecret(sessionId))
        if (!carve || data.length !== sizeOf(carve, blockId)) return false
        await addBlock(trx, carve.id, blockId, data)
        return true
      }),
    endpoints: carveRoutes(db, audit),
    retention: [
      expiringRows(db, {
        name: 'carves',
        summary: 'Files carved from hosts, complete or not.',
        table: 'carves',
        column: 'created_at',
        keep: { term: 'logs' },
      }),
    ],
  }
}

/**
 * Guesses the query of a carve that no answer names: the agent is too old to name it, or started it before it answered.
 * Agents send one carve after another, so it is the oldest query without a carve; an old agent may send the query's id.
 */
function guess({ requestId }: CarveStart, recent: readonly string[], counts: ReadonlyMap<string, number>) {
  const open = recent.filter(id => !counts.has(id))
  return open.find(id => id === requestId) ?? open[0]
}

const newCarve = ({ tenantId, hostId }: Agent, start: CarveStart, queryId: string) => ({
  id: newId(),
  tenant_id: tenantId,
  host_id: hostId,
  query_id: queryId,
  carve_guid: start.carveId,
  block_count: start.blockCount,
  block_size: start.blockSize,
  size: start.carveSize,
})

const refused = (code: string, detail: string) => new Problem(413, code, detail)

/** @throws Problem if it is too large, or its blocks do not add up to its size */
function requireValid({ blockCount, blockSize, carveSize, carveId }: CarveStart) {
  if (blockSize > BLOCK_BYTES_MAX)
    throw refused(
      'block_too_large',
      `A block may have at most ${BLOCK_BYTES_MAX / MIB} MiB; this carve has blocks of ${blockSize} bytes.`,
    )
  if (carveSize > SIZE_BYTES_MAX)
    throw refused(
      'carve_too_large',
      `A carve may have at most ${SIZE_BYTES_MAX / MIB} MiB; this one has ${carveSize} bytes.`,
    )
  const isWhole =
    [blockCount, blockSize, carveSize].every(Number.isSafeInteger) &&
    blockSize > 0 &&
    carveSize >= 0 &&
    blockCount === Math.ceil(carveSize / blockSize)
  if (!isWhole || !GUID.test(carveId))
    throw new Problem(
      400,
      'invalid_carve',
      'The blocks of this carve do not add up to its size, or its id is missing or invalid.',
    )
}

/** The size of a block in bytes; undefined if the carve has no such block. */
function sizeOf({ block_count, block_size, size }: CarveRow, no: number): number | undefined {
  if (!Number.isInteger(no) || no < 0 || no >= block_count) return undefined
  return no < block_count - 1 ? block_size : size - block_size * (block_count - 1)
}
