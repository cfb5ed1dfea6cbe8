import type { Maintenance, Raises } from '../../alerts'
import type { Transaction } from '../../base/db'
import type { Labels } from '../../contract/matchers'
import type { MonitorCheckEvent, MonitorStatusEvent } from '../../contract/monitors'
import type { Effect, NewEntry } from '../../streams'
import { evaluateRules } from '../rules/evaluate'
import type { Checked } from '../rules/triggers'
import { type CheckResult, checkOf } from './check-result'
import { insertChecks } from './check-store'
import { stateAfter } from './state'
import { insertChanges, type LockedState, lockStates, type StateChange, storeStates } from './state-store'

export interface RecordDeps {
  raises: Pick<Raises, 'apply'>
  maintenance: Pick<Maintenance, 'now'>
}

/**
 * Stores checks and all that follows from them in one commit: states, history, alerts, events.
 * Its result says whether a check counted: a monitor may have been deleted or paused meanwhile, and a check is stored once.
 */
export const recordEffect = (deps: RecordDeps): Effect<CheckResult, boolean> => ({
  name: 'monitors.record',
  async apply(trx, items) {
    const steps = await advance(trx, items, deps)
    const counted = steps.flatMap(step => (step ? [step] : []))
    if (counted.length) await store(trx, counted, deps)
    return {
      results: steps.map(step => step !== undefined),
      entries: steps.map(step =>
        step ? [{ topic: { tenantId: step.state.tenant_id, name: 'events' }, entries: entriesOf(step) }] : [],
      ),
    }
  },
})

interface Step {
  result: CheckResult
  before: LockedState
  state: LockedState
  changes: StateChange[]
}

/** What each check does to its monitor; undefined if it does not count. */
async function advance(
  trx: Transaction,
  items: readonly CheckResult[],
  deps: RecordDeps,
): Promise<(Step | undefined)[]> {
  const locked = await lockStates(trx, [...new Set(items.map(({ monitorId }) => monitorId))])
  const states = new Map(locked.map(state => [state.monitor_id, state]))
  const maintenance = new Map<string, (labels: Labels) => boolean>()
  for (const tenantId of new Set(locked.map(({ tenant_id }) => tenant_id)))
    maintenance.set(tenantId, await deps.maintenance.now(tenantId, trx))
  return items.map(result => {
    const before = states.get(result.monitorId)
    if (!before) return undefined
    const labels = { ...before.labels, monitor: before.name, monitor_id: before.monitor_id }
    const after = stateAfter(before, result, maintenance.get(before.tenant_id)?.(labels) ?? false)
    if (!after) return undefined
    states.set(result.monitorId, after.state)
    return { result, before, ...after }
  })
}

async function store(trx: Transaction, steps: readonly Step[], { raises }: RecordDeps): Promise<void> {
  await insertChecks(
    trx,
    steps.map(({ result, state }) => ({ ...result, tenantId: state.tenant_id })),
  )
  const last = [...new Map(steps.map(step => [step.state.monitor_id, step])).values()]
  await storeStates(
    trx,
    last.map(({ state, result }) => [state, result]),
  )
  await insertChanges(
    trx,
    steps.flatMap(({ changes }) => changes),
  )
  const known = last.filter(({ result }) => result.outcome.status !== 'unknown')
  const alerts = await evaluateRules(trx, known.map(checkedOf))
  if (alerts.length) await raises.apply(trx, alerts)
}

const checkedOf = ({ state, result }: Step): Checked => ({
  id: state.monitor_id,
  tenantId: state.tenant_id,
  name: state.name,
  labels: state.labels,
  type: state.type,
  intervalMs: state.interval_ms,
  failures: state.failures,
  check: checkOf(result),
})

const SOURCE = 'monitors'

function entriesOf({ result, before, state }: Step): NewEntry[] {
  const labels = { ...state.labels, monitor: state.name, monitor_id: state.monitor_id }
  const checked: NewEntry = { kind: 'monitor_check', source: SOURCE, data: { labels, data: checkEvent(state, result) } }
  if (state.status === before.status) return [checked]
  const data: MonitorStatusEvent = {
    monitor_id: state.monitor_id,
    monitor_name: state.name,
    status: state.status,
    previous: before.status,
    since: state.status_since.toISOString(),
  }
  return [checked, { kind: 'monitor_status', source: SOURCE, data: { labels, data } }]
}

const checkEvent = ({ name }: LockedState, { monitorId, outcome }: CheckResult): MonitorCheckEvent => ({
  monitor_id: monitorId,
  monitor_name: name,
  status: outcome.status,
  success: outcome.status === 'up',
  status_code: outcome.status_code,
  response_time_ms: outcome.latency_ms,
  error_code: outcome.error?.code ?? null,
  error_message: outcome.error?.message ?? null,
  ssl_valid: outcome.tls?.valid ?? null,
  ssl_expires_at: outcome.tls?.expires_at ?? null,
  checked_at: outcome.checked_at,
})
