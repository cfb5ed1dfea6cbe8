import fc from 'fast-check'
import { createEvaluator, type EvaluatedCheck, type EvaluatedRule } from '../../../src/monitors/preview/evaluator'
import { expiryStep } from '../../../src/monitors/rules/thresholds'

const DAY_MS = 86_400_000
const rule = (type: EvaluatedRule['type'], threshold: number, more: Partial<EvaluatedRule> = {}): EvaluatedRule => ({
  type,
  threshold,
  window_seconds: null,
  percentile: null,
  ...more,
})

/** What the rule says after each check: `!` fires, `.` does not. */
function replay(of: EvaluatedRule, checks: EvaluatedCheck[], intervalSeconds = 10): string {
  const evaluator = createEvaluator(of, intervalSeconds)
  return checks.map(check => (evaluator.add(check) ? '!' : '.')).join('')
}

const STATUS = { u: 'up', d: 'down', m: 'down', '?': 'unknown' } as const
/** `u` up, `d` down, `m` missed heartbeat, `?` unknown; every ten seconds. */
const checksOf = (text: string): EvaluatedCheck[] =>
  [...text].map((letter, index) => ({
    at: index * 10_000,
    status: STATUS[letter as keyof typeof STATUS],
    latencyMs: 5,
    errorCode: letter === 'm' ? 'heartbeat_missed' : null,
  }))

test.each([
  ['consecutive_failures', 3, 'uddduddd', '...!...!'],
  ['consecutive_failures', 3, 'dd?d??ud', '...!!!..'],
  ['consecutive_failures', 1, 'uddu', '.!!.'],
  ['consecutive_failures', 2.5, 'dddu', '..!.'],
  ['missed_heartbeat', 2, 'ummmdmm', '..!!..!'],
  ['missed_heartbeat', 1, 'um?uu', '.!!..'],
] as const)('%s of %s: %s', (type, threshold, checks, said) => {
  expect(replay(rule(type, threshold), checksOf(checks))).toBe(said)
})

test('a certificate is reported below its threshold, until a check sees another; checks without one change nothing', () => {
  const at = (days: number | null): EvaluatedCheck => ({
    at: 0,
    status: 'up',
    latencyMs: 1,
    tlsExpiresAt: days === null ? null : days * DAY_MS,
  })
  expect(replay(rule('tls_expiry', 30), [at(null), at(30), at(29.9), at(null), at(-1), at(90)])).toBe('..!!!.')
})

test.each([
  [30, 31, undefined],
  [30, 29, 30],
  [30, 14, 30],
  [30, 13.9, 14],
  [30, 0.5, 1],
  [30, -3, 1],
  [10, 9, 10],
  [10, 6, 7],
  [1, 0.5, 1],
])('of a threshold of %s days, %s days left are the step %s', (threshold, days, step) => {
  expect(expiryStep(threshold, days)).toBe(step)
})

test('a window needs three checks, or as many as fit in', () => {
  const slow = checksOf('uuuu').map(check => ({ ...check, latencyMs: 900 }))
  expect(replay(rule('latency_over', 800, { window_seconds: 300 }), slow)).toBe('..!!')
  expect(replay(rule('latency_over', 800, { window_seconds: 20 }), slow)).toBe('.!!!')
  expect(replay(rule('latency_over', 800, { window_seconds: 5 }), slow)).toBe('!!!!')
  expect(replay(rule('latency_over', 800, { window_seconds: 300 }), slow, 3_600)).toBe('!!!!')
  expect(replay(rule('error_rate', 50, { window_seconds: 300 }), checksOf('dduuud'))).toBe('..!!.!')
})

const checks = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 40_000 }),
    status: fc.constantFrom('up', 'up', 'down', 'unknown'),
    latencyMs: fc.option(fc.integer({ min: 1, max: 9 }), { nil: null, freq: 10 }),
    errorCode: fc.constantFrom('heartbeat_missed', 'timeout'),
    tlsExpiresAt: fc.option(fc.integer({ min: 0, max: 40 * DAY_MS }), { nil: null }),
  }),
  { maxLength: 60 },
)
const rules = fc.record({
  type: fc.constantFrom('consecutive_failures', 'latency_over', 'error_rate', 'tls_expiry', 'missed_heartbeat'),
  threshold: fc.integer({ min: 1, max: 60 }).map(number => number / 2),
  window_seconds: fc.option(fc.integer({ min: 1, max: 200 }), { nil: null }),
  percentile: fc.option(fc.constantFrom(1, 50, 90, 95, 99.9), { nil: null }),
})

test('deciding check by check says the same as looking at all checks so far', () => {
  fc.assert(
    fc.property(rules, checks, fc.integer({ min: 1, max: 120 }), (of, steps, intervalSeconds) => {
      let at = 0
      const all = steps.map(({ after, errorCode, ...check }) => {
        at += after
        return { ...check, at, errorCode: check.status === 'down' ? errorCode : null }
      })
      const expected = all.map((_, index) => (firesAfter(of, all.slice(0, index + 1), intervalSeconds) ? '!' : '.'))
      expect(replay(of, all, intervalSeconds)).toBe(expected.join(''))
    }),
    { numRuns: 500 },
  )
})

/** The rule by its definition, from all checks so far. */
function firesAfter(of: EvaluatedRule, soFar: EvaluatedCheck[], intervalSeconds: number): boolean {
  const known = soFar.filter(({ status }) => status !== 'unknown')
  const last = known.at(-1)
  if (!last) return false
  const { type, threshold, window_seconds, percentile } = of
  const seconds = window_seconds ?? 300
  const needed = Math.min(3, Math.max(1, Math.floor(seconds / intervalSeconds)))
  const recent = known.filter(({ at }) => at > last.at - seconds * 1_000)
  if (type === 'consecutive_failures' || type === 'missed_heartbeat') {
    const isBad = ({ status, errorCode }: EvaluatedCheck) =>
      type === 'consecutive_failures' ? status === 'down' : errorCode === 'heartbeat_missed'
    const row = known.slice(-Math.ceil(threshold))
    return row.length === Math.ceil(threshold) && row.every(isBad)
  }
  if (type === 'error_rate') {
    const failed = recent.filter(({ status }) => status === 'down').length
    return recent.length >= needed && (failed * 100) / recent.length >= threshold
  }
  if (type === 'latency_over') {
    const sorted = recent
      .flatMap(({ status, latencyMs }) => (status === 'up' && latencyMs !== null ? [latencyMs] : []))
      .sort((a, b) => a - b)
    const rank = Math.ceil(((percentile ?? 95) / 100) * sorted.length)
    return sorted.length >= needed && (sorted[rank - 1] ?? 0) > threshold
  }
  const seen = known.findLast(({ tlsExpiresAt }) => tlsExpiresAt !== null)
  return seen !== undefined && Math.floor((Number(seen.tlsExpiresAt) - seen.at) / DAY_MS) < threshold
}
