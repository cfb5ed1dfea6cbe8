import { describe as describeAlerts } from '../../../src/alerts/incidents/description'

const alert = (labels: Record<string, string>, annotations: Record<string, string> = {}) => ({
  labels,
  annotations,
  links: {},
})

test.each<[string, Record<string, string>, Record<string, string>, Record<string, string>, string]>([
  [
    'the name and the summary',
    { alertname: 'Down', job: 'api' },
    { summary: ' api is\ndown ' },
    { alertname: 'Down' },
    'Down: api is down',
  ],
  ['the name', { alertname: 'Down', job: 'api' }, {}, { alertname: 'Down' }, 'Down'],
  ['where it is', { alertname: 'Down' }, {}, { team: 'x', job: 'api', alertname: 'Down' }, 'Down · job=api, team=x'],
  ['a name that is not of the group', { alertname: 'Down', job: 'api' }, {}, { job: 'api' }, 'Down · job=api'],
  ['neither', { a: 'b' }, {}, {}, 'Alerts'],
])('the title is %s', (_name, labels, annotations, groupLabels, title) => {
  expect(describeAlerts([alert(labels, annotations)], groupLabels).title).toBe(title)
})

test('a long title is cut', () => {
  const { title } = describeAlerts([alert({}, { summary: 'x'.repeat(500) })], {})
  expect(title).toHaveLength(200)
  expect(title.endsWith('…')).toBe(true)
})

test('the severity is the highest, and only what all share is common', () => {
  const alerts = [
    alert({ alertname: 'Down', severity: 'info', job: 'api' }, { summary: 'one', runbook: 'r' }),
    alert({ alertname: 'Down', severity: 'critical', job: 'api' }, { summary: 'two', runbook: 'r' }),
    alert({ alertname: 'Down', severity: 'page', job: 'api', zone: 'a' }, { runbook: 'r' }),
  ]
  expect(describeAlerts(alerts, { alertname: 'Down' })).toEqual({
    title: 'Down',
    severity: 'critical',
    commonLabels: { alertname: 'Down', job: 'api' },
    commonAnnotations: { runbook: 'r' },
    links: {},
  })
  expect(describeAlerts([alert({ severity: 'page' })], {}).severity).toBeNull()
})

test('alerts that are added change a description as if all were described anew', () => {
  const alerts = [
    alert({ alertname: 'Down', job: 'api', severity: 'warning', zone: 'a' }, { summary: 'Down', text: 'x' }),
    alert({ alertname: 'Down', job: 'api', severity: 'info', zone: 'a' }, { summary: 'Down', text: 'y' }),
    alert({ alertname: 'Down', job: 'api', severity: 'critical', zone: 'b' }, { summary: 'Down' }),
  ]
  const before = describeAlerts(alerts.slice(0, 2), { alertname: 'Down' })
  const whole = describeAlerts(alerts, { alertname: 'Down' })
  expect(describeAlerts(alerts.slice(2), { alertname: 'Down' }, before)).toEqual(whole)
  expect(whole).toMatchObject({ severity: 'critical', commonLabels: { alertname: 'Down', job: 'api' } })
})
