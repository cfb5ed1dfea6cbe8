import { noOutcome } from '../../../src/monitors/checks/no-outcome'
import type { CheckResult } from '../../../src/monitors/history/check-result'
import { stateAfter } from '../../../src/monitors/history/state'
import type { LockedState } from '../../../src/monitors/history/state-store'

const START = Date.parse('2026-11-15T12:00:00Z')
const at = (seconds: number) => new Date(START + seconds * 1_000)

const before: LockedState = {
  ...{ monitor_id: 'm', tenant_id: 't', name: 'home', type: 'http', labels: {}, enabled: true },
  ...{ interval_ms: 10_000, slack_ms: 5_000 },
  ...{ status: 'up', status_since: at(-100), failures: 0, due_at: at(-10), checked_at: at(-10), recent: 'uu' },
  history_state: 'up',
}

const result = (status: 'up' | 'down' | 'unknown', seconds: number, dueAt: number | null = seconds): CheckResult => ({
  ...{ id: 'c', monitorId: 'm', attempts: 1, by: 'schedule', dueAt: dueAt === null ? null : at(dueAt).getTime() },
  outcome: {
    ...noOutcome(status, status === 'down' ? { code: 'timeout', message: 'Too slow' } : null),
    checked_at: at(seconds).toISOString(),
  },
})

const changed = (step: ReturnType<typeof stateAfter>) => step?.changes.map(({ state, at: when }) => [state, when])

test('a failure brings a monitor down, and another only counts', () => {
  const down = stateAfter(before, result('down', 0), false)
  expect(down?.state).toMatchObject({ status: 'down', status_since: at(0), failures: 1, recent: 'uud' })
  expect(down?.changes).toMatchObject([{ state: 'down', at: at(0), error: 'Too slow' }])
  const again = down && stateAfter(down.state, result('down', 10), false)
  expect(again).toMatchObject({ state: { failures: 2, status_since: at(0) }, changes: [] })
  const up = again && stateAfter(again.state, result('up', 20), false)
  expect(up).toMatchObject({ state: { status: 'up', failures: 0, status_since: at(20) } })
})

test('a check for the same time is counted once, whoever made it; one by hand always is', () => {
  const first = stateAfter(before, result('up', 0), false)
  if (!first) throw new Error('It was not counted')
  expect(stateAfter(first.state, result('down', 1, 0), false)).toBeUndefined()
  expect(stateAfter(first.state, result('down', 2, -10), false)).toBeUndefined()
  expect(stateAfter(first.state, result('down', 1, null), false)?.state).toMatchObject({
    status: 'down',
    due_at: at(0),
  })
})

test('nothing counts while a monitor is paused', () => {
  expect(stateAfter({ ...before, enabled: false }, result('down', 0), false)).toBeUndefined()
})

test('an unknown check changes neither status nor failures, but the history', () => {
  const down = { ...before, status: 'down' as const, failures: 2, history_state: 'down' as const }
  const step = stateAfter(down, result('unknown', 0), false)
  expect(step?.state).toMatchObject({ status: 'down', failures: 2, recent: 'uu?' })
  expect(changed(step)).toEqual([['unknown', at(0)]])
})

test('maintenance is counted as such, and the status goes on', () => {
  const step = stateAfter(before, result('down', 0), true)
  expect(step?.state.status).toBe('down')
  expect(changed(step)).toEqual([['maintenance', at(0)]])
  expect(changed(step && stateAfter(step.state, result('down', 10), false))).toEqual([['down', at(10)]])
})

test('time in which nothing was checked is unknown, from when the next check was due', () => {
  expect(changed(stateAfter(before, result('up', 600), false))).toEqual([
    ['unknown', at(0)],
    ['up', at(600)],
  ])
  expect(changed(stateAfter(before, result('up', 30), false))).toEqual([])
})
