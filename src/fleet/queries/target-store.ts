import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { type TargetState, targetState } from '../../contract/queries'
import type { QueryRef } from './query-store'

const openTarget = z.object({
  id: z.string(),
  sql: z.string(),
  hostId: z.string(),
  before: z.enum(['pending', 'sent']),
})
/** A query that a host must run; `before` is the state of the target. */
export type OpenTarget = z.output<typeof openTarget>

/**
 * When an unanswered query is resent. A host that reads again has finished what it was sent, or has never received it:
 * agents read, run and answer in turn. The delay is for answers in transit, and for reads that are retried at once on a
 * new connection.
 */
const RESEND_SECONDS = 5
/**
 * The delay doubles each time: an agent whose answers are lost in transit runs the query again and keeps all answers.
 */
const RESEND_SECONDS_MAX = 600
const DUE = `(state = 'pending' OR sent_at < now() - make_interval(
  secs => least(${RESEND_SECONDS} * 2 ^ least(sent_count - 1, 10), ${RESEND_SECONDS_MAX})))`
/** Max queries per read. An agent runs all of them before it answers, so a slow one should delay only few others. */
export const PER_READ = 5

/**
 * Queries that hosts must run. A host is sent them in the order in which they were created, but those that it has not
 * answered before come last; otherwise five of them would block all others.
 */
export async function openTargets(db: Db | Transaction, hostIds: readonly string[]): Promise<OpenTarget[]> {
  return manyRows(
    db,
    openTarget,
    `SELECT t.query_id AS id, q.sql, t.host_id AS "hostId", t.state AS before FROM (
       SELECT query_id, host_id, state, row_number() OVER (PARTITION BY host_id ORDER BY sent_count, query_id) AS no
       FROM query_targets
       WHERE open AND host_id = ANY(?::uuid[]) AND ${DUE}
     ) t JOIN queries q ON q.id = t.query_id WHERE t.no <= ? ORDER BY t.no`,
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
  state: TargetState
  late: boolean
  answer_id: string | null
  row_count: number
  truncated: boolean
  error: string | null
  stats: unknown
}

const answeredTarget = z.object({ query_id: z.string(), host_id: z.string(), before: targetState })

/**
 * Stores the first answers of targets whose queries are locked.
 * @returns the earlier states of the targets that had no answer yet
 */
export async function answerTargets(
  trx: Transaction,
  answers: readonly TargetAnswer[],
): Promise<z.output<typeof answeredTarget>[]> {
  return manyRows(
    trx,
    answeredTarget,
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

/** Sends the query to no more hosts; at its deadline, silent targets become `offline` or `expired`. */
export async function closeTargets(trx: Transaction, { tenantId, id }: QueryRef, atDeadline: boolean): Promise<void> {
  await trx.raw(
    `UPDATE query_targets SET open = false, state = CASE WHEN NOT ? THEN state WHEN state = 'pending' THEN 'offline' ELSE 'expired' END
     WHERE tenant_id = ? AND query_id = ? AND open`,
    [atDeadline, tenantId, id],
  )
}

/** Makes all targets without an answer pending again. @returns how many */
export async function reopenTargets(trx: Transaction, { tenantId, id }: QueryRef): Promise<number> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `UPDATE query_targets SET open = true, state = 'pending', sent_at = NULL
     WHERE tenant_id = ? AND query_id = ? AND answered_at IS NULL`,
    [tenantId, id],
  )
  return rowCount
}

const hostIdRow = z.object({ host_id: z.string() })

/** Hosts that a query has not been sent to yet. */
export async function waitingHosts(db: Db, queryId: string): Promise<string[]> {
  const hosts = await manyRows(
    db,
    hostIdRow,
    "SELECT host_id FROM query_targets WHERE query_id = ? AND open AND state = 'pending'",
    [queryId],
  )
  return hosts.map(({ host_id }) => host_id)
}

/** All hosts that must run a query, at most `limit`. */
export async function hostsWithWork(db: Db, limit: number): Promise<string[]> {
  const hosts = await manyRows(
    db,
    hostIdRow,
    `SELECT DISTINCT host_id FROM query_targets
     WHERE open AND ${DUE} LIMIT ?`,
    [limit],
  )
  return hosts.map(({ host_id }) => host_id)
}

const targetFacts = z.object({
  hostId: z.string(),
  queryId: z.string(),
  isTarget: z.boolean(),
  answered: z.boolean(),
  /** Rows of the query over all hosts. */
  rowCount: z.number(),
})
export type TargetFacts = z.output<typeof targetFacts>

/** Reads targets by host and query; those whose query does not exist in the tenant are left out. */
export async function readTargets(
  db: Db,
  refs: readonly { tenantId: string; hostId: string; queryId: string }[],
): Promise<TargetFacts[]> {
  return manyRows(
    db,
    targetFacts,
    `SELECT a.host_id AS "hostId", a.query_id AS "queryId", t.host_id IS NOT NULL AS "isTarget",
       t.answered_at IS NOT NULL AS answered, q.row_count AS "rowCount"
     FROM unnest(?::uuid[], ?::uuid[], ?::uuid[]) AS a(tenant_id, host_id, query_id)
     JOIN queries q ON q.tenant_id = a.tenant_id AND q.id = a.query_id
     LEFT JOIN query_targets t ON t.query_id = a.query_id AND t.host_id = a.host_id`,
    [refs.map(ref => ref.tenantId), refs.map(ref => ref.hostId), refs.map(ref => ref.queryId)],
  )
}
