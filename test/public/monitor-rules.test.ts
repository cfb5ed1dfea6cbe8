import { draftOf, labelsIn, ofType, previewBody, ruleBody } from '../../public/monitor-rules/draft'
import { monitorsText, whenText } from '../../public/monitor-rules/rule-text'
import type { MonitorRule } from '../../src/contract/monitor-rules'

const rule: MonitorRule = {
  ...{ id: 'r', name: 'Slow', type: 'latency_over', threshold: 800, window_seconds: 600, percentile: 99 },
  ...{ monitors: { labels: { team: 'web', tier: '1' } }, severity: 'warning', enabled: true, firing: 0 },
  ...{ created_by: { type: 'user', id: 'u', name: 'Ada' }, created_at: '', updated_at: '' },
}

test('a rule survives its form', () => {
  expect(ruleBody(draftOf(rule))).toEqual({
    ...{ name: 'Slow', type: 'latency_over', threshold: 800, window_seconds: 600, percentile: 99 },
    ...{ severity: 'warning', monitors: { labels: { team: 'web', tier: '1' } } },
  })
  const chosen = draftOf({ ...rule, type: 'tls_expiry', threshold: 30, monitors: { ids: ['a', 'b'] } })
  expect(previewBody(chosen)).toEqual({ type: 'tls_expiry', threshold: 30, monitors: { ids: ['a', 'b'] } })
})

test('a form that is not complete is no rule', () => {
  const draft = draftOf(null)
  expect(previewBody(draft)).toEqual({ type: 'consecutive_failures', threshold: 3, monitors: { all: true } })
  expect(ruleBody(draft)).toBeNull()
  expect(ruleBody({ ...draft, name: ' Down ' })).toMatchObject({ name: 'Down', severity: 'critical' })
  for (const threshold of ['', ' ', '0', '-1', 'x']) expect(previewBody({ ...draft, threshold })).toBeNull()
  expect(previewBody({ ...draft, scope: 'ids' })).toBeNull()
  expect(previewBody({ ...draft, scope: 'labels' })).toBeNull()
  const failing = { ...draft, ...ofType('error_rate') }
  expect(previewBody(failing)).toMatchObject({ type: 'error_rate', threshold: 20, window_seconds: 300 })
  expect(previewBody({ ...failing, threshold: '101' })).toBeNull()
  expect(previewBody({ ...failing, windowSeconds: '' })).toBeNull()
})

test.each([
  ['team=web', { team: 'web' }],
  [' team = web , tier="1", ', { team: 'web', tier: '1' }],
  ['note=a=b', { note: 'a=b' }],
  ['empty=', { empty: '' }],
  ['', null],
  [',', null],
  ['team', null],
  ['1=a', null],
])('labels in %p', (text, labels) => {
  expect(labelsIn(text)).toEqual(labels)
})

const watched = { threshold: 3, window_seconds: null, percentile: null }
test.each([
  [{ ...watched, type: 'consecutive_failures' }, '3 checks in a row fail'],
  [{ ...watched, type: 'consecutive_failures', threshold: 1 }, 'a check fails'],
  [{ ...watched, type: 'missed_heartbeat', threshold: 1 }, 'a heartbeat is missed'],
  [{ ...watched, type: 'tls_expiry', threshold: 30 }, 'a certificate expires in less than 30 days'],
  [{ ...watched, type: 'error_rate', threshold: 2.5, window_seconds: 300 }, '2.5% of the checks fail within 5 m'],
  [
    { threshold: 800, type: 'latency_over', window_seconds: 30, percentile: 95 },
    'the p95 latency is over 800 ms within 30 s',
  ],
] as const)('%p: %s', (each, text) => {
  expect(whenText(each)).toBe(text)
})

test('says which monitors a rule watches', () => {
  expect(monitorsText({ all: true })).toBe('all')
  expect(monitorsText({ labels: { team: 'web', tier: '1' } })).toBe('team=web, tier=1')
  expect(monitorsText({ ids: ['a', 'b'] })).toBe('2')
})
