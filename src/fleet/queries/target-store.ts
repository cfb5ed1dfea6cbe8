import { type Db, rows, type Transaction } from '../../base/db'
import type { QueryRef, State } from './query'

export interface QueryText {
  id: string
  sql: string
  /** Of the one host that is asked with it. */
  hostId: string
  before: Extract<State, 'pending' | 'sent'>
}

/**
 * A host that asks again has done with what it was given, or has never got it: agents ask, run and answer in turn. The
 * time is for answers that are on their way, and for a read that is repeated at once on a new connection.
 */
const RESEND_SECONDS = 5
/** Each time it is twice as long: an agent whose answers are lost on the way runs the query again and keeps them all. */
const RESEND_SECONDS_MAX = 600
const DUE = `(state = 'pending' OR sent_at < now() - make_interval(
  secs => least(${RESEND_SECONDS} * 2 ^ least(sent_count - 1, 10), ${RESEND_SECONDS_MAX})))`
/** The agent runs all of one read before it answers any: few at a time, so that one slow query delays few others. */
export const PER_READ = 5

/**
 * Queries that hosts are to be given, with their texts. A host gets them in the order in which they were made; those that
 * it has been given in vain come last, or five of them would keep it from all others.
 */
export async function openTargets(db: Db | Transaction, hostIds: readonly string[]): Promise<QueryText[]> {
  return rows<QueryText>(
    db,
    `SELECT t.query_id AS id, q.sql, t.host_id AS "hostId", t.state AS before FROM (
       SELECT query_id, host_id, state, row_number() OVER (PARTITION BY host_id ORDER BY sent_count, query_id) AS no
       FROM query_targets
       WHERE open AND host_id = ANY(?::uuid[]) AND ${DUE}
     ) t JOIN queries q ON q.id = t.query_id WHERE t.no <= ?`,
    [hostIds, PER_READ],
  )
}

export async function markSent(trx: Transaction, targets: readonly { id: string; hostId: string }[]): Promise<void> {
  await trx.raw(
    `UPDATE query_targets t SET state = 'sent', sent_at = now(), sent_count = least(t.sent_count + 1, 32767)
     FROM unnest(?::uuid[], ?::uuid[]) AS x(query_id, host_id) WHERE t.query_id = x.query_id AND t.host_id = x.host_id`,
    [targets.map(({ id }) => id), targets.map(({ hostId }) => hostId)],
  )
}

export interface TargetAnswer {
  query_id: string
  host_id: string
  tenant_id: string
  state: State
  late: boolean
  answer_id: string | null
  row_count: number
  truncated: boolean
  error: string | null
  stats: unknown
}

/** Stores first answers of targets whose queries are locked. @returns the states before, of those that had none yet */
export async function answerTargets(
  trx: Transaction,
  answers: readonly TargetAnswer[],
): Promise<{ query_id: string; host_id: string; before: State }[]> {
  return rows(
    trx,
    `UPDATE query_targets t SET state = x.state, open = false, answered_at = now(), late = x.late,
       answer_id = x.answer_id, row_count = x.row_count, truncated = x.truncated, error = x.error, stats = x.stats
     FROM jsonb_to_recordset(?::jsonb) AS x(query_id uuid, host_id uuid, tenant_id uuid, state text, late boolean,
       answer_id uuid, row_count integer, truncated boolean, error text, stats jsonb)
       JOIN query_targets o ON o.query_id = x.query_id AND o.host_id = x.host_id AND o.tenant_id = x.tenant_id
     WHERE t.query_id = o.query_id AND t.host_id = o.host_id AND o.answered_at IS NULL
     RETURNING t.query_id, t.host_id, o.state AS before`,
    [JSON.stringify(answers)],
  )
}

/** No more of this query is given to hosts; at its deadline those that were silent are told apart. */
export async function closeTargets(trx: Transaction, { tenantId, id }: QueryRef, atDeadline: boolean): Promise<void> {
  await trx.raw(
    `UPDATE query_targets SET open = false, state = CASE WHEN NOT ? THEN state WHEN state = 'pending' THEN 'offline' ELSE 'expired' END
     WHERE tenant_id = ? AND query_id = ? AND open`,
    [atDeadline, tenantId, id],
  )
}

/** Asks those again that have not answered. @returns how many */
export async function reopenTargets(trx: Transaction, { tenantId, id }: QueryRef): Promise<number> {
  const open = await rows(
    trx,
    `UPDATE query_targets SET open = true, state = 'pending', sent_at = NULL
     WHERE tenant_id = ? AND query_id = ? AND answered_at IS NULL RETURNING 1`,
    [tenantId, id],
  )
  return open.length
}

/** Hosts that a query still waits for. */
export async function waitingHosts(db: Db, queryId: string): Promise<string[]> {
  const found = await rows<{ host_id: string }>(
    db,
    "SELECT host_id FROM query_targets WHERE query_id = ? AND open AND state = 'pending'",
    [queryId],
  )
  return found.map(({ host_id }) => host_id)
}

/** All hosts that there is something to ask of, at most `limit`. */
export async function hostsWithWork(db: Db, limit: number): Promise<string[]> {
  const found = await rows<{ host_id: string }>(
    db,
    `SELECT DISTINCT host_id FROM query_targets
     WHERE open AND ${DUE} LIMIT ?`,
    [limit],
  )
  return found.map(({ host_id }) => host_id)
}

/** What is known of a target that a host answers. */
export interface AskedTarget {
  hostId: string
  queryId: string
  isTarget: boolean
  answered: boolean
  rowCount: number
}

/** Of pairs of host and query those whose query exists in the tenant. */
export async function askedTargets(
  db: Db,
  asked: readonly { tenantId: string; hostId: string; queryId: string }[],
): Promise<AskedTarget[]> {
  return rows<AskedTarget>(
    db,
    `SELECT a.host_id AS "hostId", a.query_id AS "queryId", t.host_id IS NOT NULL AS "isTarget",
       t.answered_at IS NOT NULL AS answered, q.row_count AS "rowCount"
     FROM unnest(?::uuid[], ?::uuid[], ?::uuid[]) AS a(tenant_id, host_id, query_id)
     JOIN queries q ON q.tenant_id = a.tenant_id AND q.id = a.query_id
     LEFT JOIN query_targets t ON t.query_id = a.query_id AND t.host_id = a.host_id`,
    [asked.map(a => a.tenantId), asked.map(a => a.hostId), asked.map(a => a.queryId)],
  )
}
