import { buildMessage, encodeMessage, type ToldAlert } from '../../../src/alerts/receivers'
import { truncated } from '../../../src/alerts/receivers/message'

const alert = (name: string, more: Partial<ToldAlert> = {}): ToldAlert => ({
  labels: { alertname: 'Flip', name, team: 'web' },
  annotations: { runbook: 'https://example.org/?a=1&b=<2>' },
  startsAt: Date.UTC(2026, 0, 2, 3, 4, 5, 120),
  resolvedAt: null,
  generatorUrl: null,
  fingerprint: 'e547c40fadc8c5c9',
  ...more,
})

const content = {
  receiver: 'hook',
  groupKey: '{}/{team=~"web|db"}:{alertname="Flip"}',
  groupLabels: { alertname: 'Flip' },
  externalUrl: 'https://tailrace.example',
  reason: 'first' as const,
}

test('a message has the form, the order and the bytes of Alertmanager', () => {
  const resolved = alert('b', { resolvedAt: Date.UTC(2026, 0, 2, 3, 5), generatorUrl: 'http://prometheus/graph' })
  const text = encodeMessage(buildMessage({ ...content, alerts: [alert('a'), resolved] }))
  expect(text).toBe(
    `{"receiver":"hook","status":"firing","alerts":[` +
      `{"status":"firing","labels":{"alertname":"Flip","name":"a","team":"web"},` +
      `"annotations":{"runbook":"https://example.org/?a=1\\u0026b=\\u003c2\\u003e"},"startsAt":"2026-01-02T03:04:05.12Z",` +
      `"endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":"e547c40fadc8c5c9"},` +
      `{"status":"resolved","labels":{"alertname":"Flip","name":"b","team":"web"},` +
      `"annotations":{"runbook":"https://example.org/?a=1\\u0026b=\\u003c2\\u003e"},"startsAt":"2026-01-02T03:04:05.12Z",` +
      `"endsAt":"2026-01-02T03:05:00Z","generatorURL":"http://prometheus/graph","fingerprint":"e547c40fadc8c5c9"}],` +
      `"groupLabels":{"alertname":"Flip"},"commonLabels":{"alertname":"Flip","team":"web"},` +
      `"commonAnnotations":{"runbook":"https://example.org/?a=1\\u0026b=\\u003c2\\u003e"},` +
      `"externalURL":"https://tailrace.example","version":"4",` +
      `"groupKey":"{}/{team=~\\"web|db\\"}:{alertname=\\"Flip\\"}","truncatedAlerts":0,` +
      `"notification_reason":"first notification"}\n`,
  )
})

test('empty maps stay maps, names are in the order of their bytes, and Go escapes what browsers could run', () => {
  const labels = { '🙂': '2', '～': '1', '1': 'x', __: '\u2028' }
  const message = buildMessage({
    ...content,
    groupLabels: {},
    alerts: [alert('a', { labels, annotations: {} }), alert('b', { labels: {}, annotations: {} })],
  })
  const text = encodeMessage(message)
  expect(text).toContain('"labels":{"1":"x","__":"\\u2028","～":"1","🙂":"2"},"annotations":{}')
  expect(text).toContain('"groupLabels":{},"commonLabels":{},"commonAnnotations":{}')
  expect(JSON.parse(text)).toEqual(message)
})

test('a message whose alerts have all ended is resolved', () => {
  const message = buildMessage({ ...content, reason: 'all_resolved', alerts: [alert('a', { resolvedAt: 1_000 })] })
  expect(message).toMatchObject({ status: 'resolved', notification_reason: 'all alerts resolved' })
  expect(message.alerts[0]?.endsAt).toBe('1970-01-01T00:00:01Z')
})

test('alerts beyond the limit are counted, and what all have in common stays', () => {
  const alerts = Array.from({ length: 5 }, (_, i) => alert(`n${i}`))
  const short = truncated(buildMessage({ ...content, alerts }), 2)
  expect(short.alerts.map(({ labels }) => labels.name)).toEqual(['n0', 'n1'])
  expect(short).toMatchObject({ truncatedAlerts: 3, commonLabels: { alertname: 'Flip', team: 'web' } })
  expect(truncated(short, 0)).toBe(short)
})
