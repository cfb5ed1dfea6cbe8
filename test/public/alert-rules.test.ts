import { ruleText } from '../../public/alert-rules/rule-text'
import type { AlertRule } from '../../src/contract/alerts'

const rule: AlertRule = {
  ...{ name: 'JobsFailing', source: 'jobs', enabled: true, severity: 'warning', threshold: 3, window_seconds: 600 },
  summary: '`threshold` or more jobs of a kind failed within `window_seconds`.',
}

test('a rule says what it watches with its numbers', () => {
  expect(ruleText(rule)).toBe('3 or more jobs of a kind failed within 10 m.')
  const summary = 'A part that `/readyz` of a process checks has not worked.'
  expect(ruleText({ ...rule, summary, threshold: null, window_seconds: null })).toBe(
    'A part that /readyz of a process checks has not worked.',
  )
})
