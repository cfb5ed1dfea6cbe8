import type { Transaction } from '../../base/db'
import { newId } from '../../base/ids'
import { z } from '../../base/parse'
import { firstRow, storedJson } from '../../base/rows'
import { incidentStatus, type incidentUpdated } from '../../contract/incidents'
import { labelSet } from '../../contract/matchers'
import type { TopicEntries } from '../../streams'
import type { OutcomeItem } from './outcome'

/** Fingerprints in an entry of a timeline. */
const FINGERPRINTS_MAX = 100

const incidentRow = z.object({ status: incidentStatus, common_labels: z.string() })

/**
 * Adds to the timeline of the incident that a notification was sent, or could not be.
 * @returns the event about it; none if the incident is gone
 */
export async function addToTimeline(
  trx: Transaction,
  { claimed, endedAt, outcome }: OutcomeItem,
  status: 'sent' | 'failed',
): Promise<TopicEntries[]> {
  const { incident_id, tenant_id, receiver, fingerprints, firing, resolved } = claimed
  if (!incident_id) return []
  const entry = {
    id: newId(),
    at: endedAt.toISOString(),
    kind: status === 'sent' ? ('notified' as const) : ('notify_failed' as const),
    actor: null,
    reason: claimed.reason,
    text: outcome.ok ? null : outcome.error,
    count: firing + resolved,
    fingerprints: fingerprints.slice(0, FINGERPRINTS_MAX),
    by: receiver === null ? [] : [receiver],
    notification_id: claimed.id,
  }
  const incident = await firstRow(
    trx,
    incidentRow,
    `WITH incident AS (SELECT id, status, common_labels FROM incidents WHERE tenant_id = :tenant_id AND id = :incident_id), added AS (
       INSERT INTO incident_timeline (id, incident_id, at, kind, reason, text, count, fingerprints, by, notification_id)
       SELECT :id, incident.id, :at, :kind, :reason, :text, :count, :fingerprints, :by, :notification_id FROM incident)
     SELECT status, common_labels FROM incident`,
    { ...entry, tenant_id, incident_id },
  )
  if (!incident) return []
  const data: z.output<typeof incidentUpdated> = { incident_id, status: incident.status, entry }
  const event = {
    kind: 'incident_updated',
    source: 'alerts',
    data: { labels: storedJson(labelSet, incident.common_labels), data },
  }
  return [{ topic: { tenantId: tenant_id, name: 'events' }, entries: [event] }]
}
