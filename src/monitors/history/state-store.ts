import { binaryTexts, plainArray } from '../../base/array-literal'
import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { labelSet } from '../../contract/matchers'
import { type HistoryState, historyState } from '../../contract/monitor-history'
import { monitorType } from '../../contract/monitor-settings'
import { monitorStatus } from '../../contract/monitors'
import { type CheckResult, checkOf } from './check-result'

const lockedRow = z.object({
  monitor_id: z.string(),
  tenant_id: z.string(),
  name: z.string(),
  type: monitorType,
  labels: labelSet,
  enabled: z.boolean(),
  interval_ms: z.number(),
  /** How long a check may take, and how late a heartbeat may be. */
  slack_ms: z.number(),
  status: monitorStatus,
  status_since: z.date(),
  failures: z.number(),
  due_at: z.date().nullable(),
  checked_at: z.date().nullable(),
  recent: z.string(),
  history_state: historyState,
})
/** The state of a monitor, which nobody else changes until the transaction ends. */
export type LockedState = z.output<typeof lockedRow>

/** A change of what a monitor's time is counted as. */
export interface StateChange {
  monitorId: string
  tenantId: string
  at: Date
  state: HistoryState
  error: string | null
}

/**
 * In the order of their ids, which all lock in. A time that was due in the future is left out: the clock was set back since, and
 * checks would not count until it is there again.
 */
export const lockStates = (trx: Transaction, monitorIds: readonly string[]) =>
  manyRows(
    trx,
    lockedRow,
    `SELECT s.monitor_id, s.tenant_id, m.name, m.type, m.labels, m.enabled, m.interval_seconds * 1000::float8 AS interval_ms,
       m.timeout_ms + coalesce((m.settings->>'grace_seconds')::int, 0) * 1000::float8 AS slack_ms,
       s.status, s.status_since, s.failures, s.checked_at,
       CASE WHEN s.due_at <= now() + m.interval_seconds * interval '1 second' THEN s.due_at END AS due_at, s.recent, s.history_state
     FROM monitor_states s JOIN monitors m ON m.id = s.monitor_id
     WHERE s.monitor_id = ANY(?::uuid[]) ORDER BY s.monitor_id FOR UPDATE OF s`,
    [monitorIds],
  )

/** Stores states, each with the check that led to it. */
export async function storeStates(trx: Transaction, states: readonly [LockedState, CheckResult][]): Promise<void> {
  const column = <T>(value: (state: LockedState, result: CheckResult) => T) => states.map(each => value(...each))
  const numbers = (value: (state: LockedState, result: CheckResult) => number | null) => plainArray(column(value))
  const times = (value: (state: LockedState, result: CheckResult) => string | null) => plainArray(column(value))
  const texts = (value: (state: LockedState, result: CheckResult) => string | null) => binaryTexts(column(value))
  await trx.raw(
    `UPDATE monitor_states s SET status = t.status, status_since = t.since, failures = t.failures, due_at = t.due_at,
       checked_at = t.checked_at, latency_ms = t.latency_ms, status_code = t.status_code, error_code = t.error_code,
       error_message = t.error_message,
       tls_expires_at = CASE WHEN t.error_code IS NULL THEN t.tls_expires_at ELSE coalesce(t.tls_expires_at, s.tls_expires_at) END,
       last_check = t.last_check, recent = t.recent, history_state = t.history_state
     FROM unnest(?::uuid[], ?::text[], ?::timestamptz[], ?::int[], ?::timestamptz[], ?::timestamptz[], ?::real[],
       ?::smallint[], ?::text[], ?::text[], ?::timestamptz[], ?::text[], ?::text[], ?::text[])
       AS t(monitor_id, status, since, failures, due_at, checked_at, latency_ms, status_code, error_code, error_message,
         tls_expires_at, last_check, recent, history_state)
     WHERE s.monitor_id = t.monitor_id`,
    [
      column(({ monitor_id }) => monitor_id),
      column(({ status }) => status),
      column(({ status_since }) => status_since),
      column(({ failures }) => failures),
      times(({ due_at }) => due_at?.toISOString() ?? null),
      times(({ checked_at }) => checked_at?.toISOString() ?? null),
      numbers((_, { outcome }) => outcome.latency_ms),
      numbers((_, { outcome }) => outcome.status_code),
      texts((_, { outcome }) => outcome.error?.code ?? null),
      texts((_, { outcome }) => outcome.error?.message ?? null),
      times((_, { outcome }) => outcome.tls?.expires_at ?? null),
      column((_, result) => JSON.stringify(checkOf(result))),
      column(({ recent }) => recent),
      column(({ history_state }) => history_state),
    ],
  )
}

export async function insertChanges(trx: Transaction, changes: readonly StateChange[]): Promise<void> {
  if (!changes.length) return
  await trx.raw(
    `INSERT INTO monitor_changes (monitor_id, tenant_id, at, state, error)
     SELECT * FROM unnest(?::uuid[], ?::uuid[], ?::timestamptz[], ?::text[], ?::text[])`,
    [
      changes.map(({ monitorId }) => monitorId),
      changes.map(({ tenantId }) => tenantId),
      changes.map(({ at }) => at),
      changes.map(({ state }) => state),
      binaryTexts(changes.map(({ error }) => error)),
    ],
  )
}

/** What people do to monitors: it ends what counted until now. */
export async function resetStates(trx: Transaction, monitorIds: string[], state: 'pending' | 'paused') {
  await trx.raw(
    `UPDATE monitor_states SET status = 'pending', status_since = now(), failures = 0, history_state = ?, started_at = NULL
     WHERE monitor_id = ANY(?::uuid[])`,
    [state, monitorIds],
  )
  await trx.raw(
    `INSERT INTO monitor_changes (monitor_id, tenant_id, at, state)
     SELECT monitor_id, tenant_id, now(), ? FROM monitor_states WHERE monitor_id = ANY(?::uuid[])`,
    [state, monitorIds],
  )
}
