import type { Transaction } from '../../base/db'
import { newId } from '../../base/ids'
import type { TimelineEntry } from '../../contract/incidents'
import type { NewEntry } from '../../streams'
import { describe } from './description'
import type { AlertFacts } from './group-members'
import type { Group } from './group-store'
import { timelineEntries } from './incident-entries'
import { fingerprintsOf, type Incident, incidentsById, storeIncidents } from './incident-store'
import { addToIncidents } from './timeline-store'

type Kind = TimelineEntry['kind']

/** What is added to a timeline. Fingerprints of a round are folded into one entry of each kind. */
export interface Note {
  fingerprints?: readonly string[]
  by?: readonly string[]
  text?: string
  reason?: string
  notificationId?: string
}

/** Entries of one round stand in this order. */
const ORDER: readonly Kind[] = [
  'opened',
  'firing',
  'muted',
  'unmuted',
  'flapping',
  'not_notified',
  'alerts_resolved',
  'resolved',
]
const FINGERPRINTS_MAX = 100
const BY_MAX = 20

interface Folded {
  kind: Kind
  fingerprints: string[]
  count: number
  by: Set<string>
  text: string | null
  reason: string | null
  notificationId: string | null
}

const EMPTY = { count: 0, text: null, reason: null, notificationId: null }

interface Page {
  incident: Incident
  notes: Folded[]
  isNew: boolean
  isChanged: boolean
  /** Alerts have ended, or have new annotations: it must be described anew. */
  isAnew: boolean
  /** Alerts that were added in this round, to describe it by when none fires any more. */
  added: AlertFacts[]
}

/** What fires of an incident's group, and whether all of it is muted. */
interface Firing {
  firing: Iterable<AlertFacts>
  isMuted: boolean
  isEmpty: boolean
}

/** The incidents that a round looks at: each is read once, changed in memory and stored at the end. */
export class IncidentBook {
  private readonly pages = new Map<string, Page>()
  private readonly pairs: { incidentId: string; alertId: string }[] = []

  constructor(
    private readonly trx: Transaction,
    private readonly tenantId: string,
    private readonly now: number,
    private readonly nextNumber: () => number,
  ) {}

  async load(ids: Iterable<string | null>): Promise<void> {
    const missing = [...new Set(ids)].filter(id => id !== null && !this.pages.has(id)) as string[]
    for (const incident of await incidentsById(this.trx, this.tenantId, missing)) this.add(incident, false)
  }

  private add(incident: Incident, isNew: boolean) {
    this.pages.set(incident.id, { incident, notes: [], isNew, isChanged: isNew, isAnew: isNew, added: [] })
  }

  /** Whether it was opened in this round. */
  isNew(incident: Incident): boolean {
    return this.pageOf(incident).isNew
  }

  /** An incident that has been loaded. */
  get(id: string | null): Incident | undefined {
    return id === null ? undefined : this.pages.get(id)?.incident
  }

  /** The open incident of a group whose latest incident has been loaded. */
  openOf({ incidentId }: Group): Incident | undefined {
    const incident = this.get(incidentId)
    return incident?.resolved_at === null ? incident : undefined
  }

  /** Opens the incident of a group. */
  open(group: Group): Incident {
    const at = new Date(this.now)
    const incident: Incident = {
      ...{ id: newId(), number: this.nextNumber(), group_id: group.id, title: '', status: 'open', severity: null },
      ...{ receiver: group.receiver, group_labels: group.groupLabels, common_labels: {}, common_annotations: {} },
      ...{ links: {}, firing: 0, alerts: 0, is_flapping: group.isFlapping, assignee_id: null, acknowledged_by: null },
      ...{ acknowledged_at: null, resolved_by: null, resolved_at: null, opened_at: at, updated_at: at },
    }
    this.add(incident, true)
    group.incidentId = incident.id
    return incident
  }

  /** An alert begins to be part of an incident. */
  addAlert(incident: Incident, alert: AlertFacts): void {
    incident.firing++
    incident.alerts++
    this.pairs.push({ incidentId: incident.id, alertId: alert.id })
    this.pageOf(incident).added.push(alert)
  }

  /** Notes something on the timeline. */
  note(incident: Incident, kind: Kind, { fingerprints = [], by = [], text, reason, notificationId }: Note): void {
    const page = this.pageOf(incident)
    page.isChanged = true
    const folds = kind !== 'not_notified' && kind !== 'flapping'
    const known = folds ? page.notes.find(note => note.kind === kind) : undefined
    const note = known ?? { ...EMPTY, kind, fingerprints: [], by: new Set() }
    if (!known) page.notes.push(note)
    note.count += fingerprints.length
    note.fingerprints.push(...fingerprints.slice(0, FINGERPRINTS_MAX - note.fingerprints.length))
    for (const each of by) if (note.by.size < BY_MAX) note.by.add(each)
    note.text = text ?? note.text
    note.reason = reason ?? note.reason
    note.notificationId = notificationId ?? note.notificationId
  }

  /** To be called when alerts of it have ended or changed, or have become another incident's. */
  touch(incident: Incident): void {
    Object.assign(this.pageOf(incident), { isChanged: true, isAnew: true })
  }

  private pageOf({ id }: Incident): Page {
    const page = this.pages.get(id)
    if (!page) throw new Error(`Incident ${id} was not loaded`)
    return page
  }

  /**
   * Describes the changed incidents by their alerts and decides their status.
   * @param alertsOf what fires of an incident's group, and whether all of it is muted
   */
  settle(alertsOf: (incident: Incident) => Firing): void {
    for (const page of this.pages.values()) if (page.isChanged) settlePage(page, alertsOf)
  }

  /** Stores what has changed. @returns the events about it */
  async store(): Promise<NewEntry[]> {
    const changed = [...this.pages.values()].filter(({ isChanged }) => isChanged)
    for (const { incident } of changed) incident.updated_at = new Date(this.now)
    await storeIncidents(
      this.trx,
      this.tenantId,
      changed.map(({ incident }) => incident),
    )
    const entries = changed.flatMap(({ incident, notes }) =>
      notes
        .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
        .map(note => ({ incidentId: incident.id, incident, entry: this.entryOf(note) })),
    )
    await addToIncidents(this.trx, { timeline: entries, alerts: this.pairs })
    const resolved = entries.flatMap(({ incidentId, entry }) => (entry.kind === 'resolved' ? incidentId : []))
    const all = await fingerprintsOf(this.trx, this.tenantId, resolved)
    return entries.flatMap(({ incidentId, incident, entry }) =>
      timelineEntries(incident, entry, entry.kind === 'resolved' ? all.get(incidentId) : undefined),
    )
  }

  private entryOf({ kind, fingerprints, count, by, text, reason, notificationId }: Folded): TimelineEntry {
    return {
      ...{ id: newId(), at: new Date(this.now).toISOString(), kind, actor: null, reason, text },
      ...{ count: count || null, fingerprints, by: [...by], notification_id: notificationId },
    }
  }
}

function settlePage({ incident, isAnew, added }: Page, alertsOf: (incident: Incident) => Firing) {
  if (incident.status === 'resolved') {
    if (added.length) Object.assign(incident, described(added, incident))
    return
  }
  const { firing, isMuted, isEmpty } = alertsOf(incident)
  const hasOthers = !isEmpty && incident.firing > added.length
  if (isAnew || !hasOthers) {
    if (!isEmpty || added.length) Object.assign(incident, described(isEmpty ? added : firing, incident))
  } else if (added.length) Object.assign(incident, described(added, incident, beforeOf(incident)))
  if (incident.status !== 'acknowledged' && !isEmpty) incident.status = isMuted ? 'muted' : 'open'
}

const beforeOf = ({ severity, common_labels, common_annotations, links }: Incident) => ({
  ...{ severity, links, commonLabels: common_labels, commonAnnotations: common_annotations },
})

function described(alerts: Iterable<AlertFacts>, { group_labels }: Incident, before?: ReturnType<typeof beforeOf>) {
  const { title, severity, commonLabels, commonAnnotations, links } = describe(alerts, group_labels, before)
  return { title, severity, common_labels: commonLabels, common_annotations: commonAnnotations, links }
}
