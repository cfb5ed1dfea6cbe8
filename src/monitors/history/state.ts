import type { HistoryState } from '../../contract/monitor-history'
import type { CheckResult } from './check-result'
import type { LockedState, StateChange } from './state-store'

/** How many outcomes `recent` has. */
const RECENT = 40
/** How much later than due a check may be before the time in between counts as unknown. */
const LATE_MS = 30_000
const MARKS = { up: 'u', down: 'd', unknown: '?' } as const

/**
 * The state of a monitor after a check.
 * @returns undefined if the check is not counted: it has been stored already, or the monitor is paused
 */
export function stateAfter(
  before: LockedState,
  result: CheckResult,
  isUnderMaintenance: boolean,
): { state: LockedState; changes: StateChange[] } | undefined {
  if (!before.enabled) return undefined
  if (result.dueAt !== null && before.due_at && before.due_at.getTime() >= result.dueAt) return undefined
  const { outcome } = result
  const at = new Date(outcome.checked_at)
  const status = outcome.status === 'unknown' ? before.status : outcome.status
  const counted: HistoryState = isUnderMaintenance ? 'maintenance' : outcome.status
  const change = (from: Date, state: HistoryState) => {
    const error = state === 'down' ? (outcome.error?.message ?? null) : null
    return { monitorId: before.monitor_id, tenantId: before.tenant_id, at: from, state, error }
  }
  const gap = gapBefore(before, at)
  const changes = [
    ...(gap ? [change(gap, 'unknown')] : []),
    ...(gap || before.history_state !== counted ? [change(at, counted)] : []),
  ]
  const state = {
    ...before,
    status,
    status_since: status === before.status ? before.status_since : at,
    failures: failuresAfter(before.failures, outcome.status),
    due_at: result.dueAt === null ? before.due_at : new Date(result.dueAt),
    checked_at: at,
    recent: (before.recent + MARKS[outcome.status]).slice(-RECENT),
    history_state: counted,
  }
  return { state, changes }
}

function failuresAfter(failures: number, status: CheckResult['outcome']['status']): number {
  if (status === 'unknown') return failures
  return status === 'down' ? failures + 1 : 0
}

/** When the state became unknown, if nothing was checked for longer than it should have been. */
function gapBefore({ checked_at, history_state, interval_ms, slack_ms }: LockedState, at: Date): Date | undefined {
  if (!checked_at || history_state === 'paused' || history_state === 'pending') return undefined
  const due = checked_at.getTime() + interval_ms
  return at.getTime() > due + interval_ms + slack_ms + LATE_MS ? new Date(due) : undefined
}
