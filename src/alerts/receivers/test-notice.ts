import { newId } from '../../base/ids'
import { buildMessage } from './message'
import type { Notice } from './notice'

/** A notice that says it is a test, to whoever reads it and in its header. */
export function testNotice(receiver: string, publicUrl: string, by: string): Notice {
  const labels = { alertname: 'TailraceTest', severity: 'info' }
  const message = buildMessage({
    receiver,
    groupKey: '{}:{alertname="TailraceTest"}',
    groupLabels: { alertname: 'TailraceTest' },
    alerts: [
      {
        labels,
        annotations: { summary: `This is a test, sent by ${by}. Nothing is wrong.` },
        startsAt: Date.now(),
        resolvedAt: null,
        generatorUrl: null,
        // never that of an alert, so that whoever opens a case for it cannot mistake it
        fingerprint: '0000000000000000',
      },
    ],
    externalUrl: publicUrl,
    reason: 'first',
  })
  const notice = { key: newId(), message: { ...message, notification_reason: 'test' }, isTest: true }
  return publicUrl ? { ...notice, link: `${publicUrl}/alerts` } : notice
}
