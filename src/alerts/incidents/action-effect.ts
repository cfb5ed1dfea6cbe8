import type { Audit } from '../../access'
import type { Transaction } from '../../base/db'
import { badRequest, conflict, notFound, type Problem } from '../../base/errors'
import { newId } from '../../base/ids'
import type { Actor } from '../../contract/access'
import type { TimelineEntry } from '../../contract/incidents'
import type { Effect, TopicEntries } from '../../streams'
import { memberName } from './action-store'
import { lockDispatch } from './dispatch-store'
import { timelineEntries } from './incident-entries'
import { fingerprintsOf, type Incident, incidentsById, storeIncidents } from './incident-store'
import { addToIncidents } from './timeline-store'

export type Change =
  | { does: 'acknowledge'; reason: string | undefined }
  | { does: 'assign'; userId: string | null; reason: string | undefined }
  | { does: 'note'; text: string }
  | { does: 'resolve'; reason: string | undefined }

export interface ActionItem {
  id: string
  by: { tenantId: string; actor: Actor }
  at: Date
  change: Change
}

/** `entry`: what was added to the timeline; null: nothing had to be changed. */
export type ActionResult = { entry: TimelineEntry | null } | { problem: Problem }

type Said = Pick<TimelineEntry, 'kind'> & Partial<TimelineEntry>

/** What people do with incidents. Each is one commit with its timeline, events and audit record. */
export function actionEffect(audit: Audit): Effect<ActionItem, ActionResult> {
  return {
    name: 'alerts.act',
    async apply(trx, items) {
      const results: ActionResult[] = []
      const entries: TopicEntries[][] = []
      // By tenant, so that all processes lock rows in the same order.
      const tenants = [...new Set(items.map(({ by }) => by.tenantId))].sort()
      for (const tenantId of tenants) await lockDispatch(trx, tenantId, true)
      for (const item of items) {
        const done = await act(trx, audit, item)
        results.push(done.result)
        entries.push(done.entries)
      }
      return { results, entries }
    },
  }
}

async function act(trx: Transaction, audit: Audit, { id, by, at, change }: ActionItem) {
  const { tenantId, actor } = by
  const refuse = (problem: Problem) => ({ result: { problem }, entries: [] })
  const [incident] = await incidentsById(trx, tenantId, [id])
  if (!incident) return refuse(notFound('incident'))
  const refusal = refusalOf(incident, change)
  if (refusal) return refuse(refusal)
  const said = await applied(trx, { tenantId, actor, at }, incident, change)
  if (said === undefined) return { result: { entry: null }, entries: [] }
  if (!('kind' in said)) return refuse(said)
  const reason = 'reason' in change ? (change.reason ?? null) : null
  const entry: TimelineEntry = {
    ...{ id: newId(), at: at.toISOString(), actor, reason, text: null, count: null, fingerprints: [], by: [] },
    ...{ notification_id: null },
    ...said,
  }
  incident.updated_at = at
  await storeIncidents(trx, tenantId, [incident])
  await addToIncidents(trx, { timeline: [{ incidentId: id, entry }] })
  await audit.record(
    {
      ...{ by, action: `incident.${change.does}`, target: { type: 'incident', id }, reason: reason ?? undefined },
      data: { number: incident.number, title: incident.title },
    },
    trx,
  )
  const topic = { tenantId, name: 'events' }
  const fingerprints = (await fingerprintsOf(trx, tenantId, [id])).get(id)
  return { result: { entry }, entries: [{ topic, entries: timelineEntries(incident, entry, fingerprints) }] }
}

function refusalOf({ resolved_at }: Incident, { does }: Change): Problem | undefined {
  if (!resolved_at || does === 'note' || does === 'assign') return undefined
  return conflict('incident_resolved', 'This incident has been resolved already.')
}

/** Changes the incident. @returns what the timeline says; undefined: it is so already */
async function applied(
  trx: Transaction,
  { tenantId, actor, at }: { tenantId: string; actor: Actor; at: Date },
  incident: Incident,
  change: Change,
): Promise<Said | Problem | undefined> {
  if (change.does === 'note') return { kind: 'note', text: change.text }
  if (change.does === 'assign') {
    const { userId } = change
    if (userId === incident.assignee_id) return undefined
    const name = userId === null ? null : await memberName(trx, tenantId, userId)
    if (name === undefined) return badRequest([{ path: 'body.user_id', message: 'There is no such member here.' }])
    incident.assignee_id = userId
    return { kind: 'assigned', text: name }
  }
  if (change.does === 'resolve') {
    Object.assign(incident, { status: 'resolved', resolved_by: actor, resolved_at: at })
    return { kind: 'resolved' }
  }
  const by = incident.acknowledged_by
  if (by && by.type === actor.type && by.id === actor.id) return undefined
  Object.assign(incident, { status: 'acknowledged', acknowledged_by: actor, acknowledged_at: at })
  return { kind: 'acknowledged' }
}
