import { useSignal } from '@preact/signals'
import type { Incident } from '../../src/contract/incidents'
import { labelPairs } from '../alerts/alert'
import { useActiveSilences } from '../alerts/use-alerts'
import { Empty, Failure } from '../components/empty'
import { ListStatus } from '../components/list-status'
import { IncidentAlerts } from '../incidents/incident-alerts'
import { type AskedAction, IncidentDialog } from '../incidents/incident-dialogs'
import { IncidentFacts, IncidentSummary } from '../incidents/incident-facts'
import { NoteForm } from '../incidents/note-form'
import { Timeline } from '../incidents/timeline'
import { useAlertStates, useIncident } from '../incidents/use-incident'
import { WhoWasTold } from '../incidents/who-was-told'
import { useKeys } from '../keys'
import { isOperator } from '../session'
import { useTitle } from '../use-title'

/** An incident: what is wrong, who takes care of it, what happened, and who was told. */
export default function IncidentPage({ id }: { id: string }) {
  const read = useIncident(id)
  const { incident, alerts, timeline, notifications } = read
  if (incident.isMissing.value) return <NoSuchIncident />
  const found = incident.value.value?.incident
  const isComplete = ![alerts, timeline, notifications].some(list => list.isLoading.value)
  if (found && isComplete) return <IncidentView incident={found} read={read} />
  return (
    <div class="page is-loading" aria-busy={incident.problem.value === ''}>
      {incident.problem.value !== '' && (
        <Failure message={incident.problem.value} onRetry={() => void incident.read()} />
      )}
    </div>
  )
}

function NoSuchIncident() {
  useTitle('No such incident')
  return (
    <div class="page">
      <Empty title="No such incident">
        <p>It may have been removed from the history, or its address is incomplete.</p>
        <a href="/incidents?status=all">All incidents</a>
      </Empty>
    </div>
  )
}

const MARKS: Record<Incident['status'], string> = { open: '‼', muted: '◌', acknowledged: '◐', resolved: '✓' }

function IncidentView({ incident, read }: { incident: Incident; read: ReturnType<typeof useIncident> }) {
  const { alerts, timeline, notifications, names, refresh } = read
  const silences = useActiveSilences()
  const states = useAlertStates(incident.group_labels)
  useTitle(`${MARKS[incident.status]} #${incident.number} ${incident.title}`)
  return (
    <div class="page incident-page">
      <Head incident={incident} onChanged={refresh} />
      <IncidentSummary incident={incident} />
      <div class="incident-layout">
        <div class="incident-alerts-area">
          <ListStatus list={alerts} empty="Its alerts are no longer kept" />
          {!alerts.isEmpty.value && (
            <IncidentAlerts incident={incident} list={alerts} states={states} silences={silences} />
          )}
        </div>
        <div class="incident-told-area">
          <ListStatus list={notifications} empty={null} />
          <WhoWasTold incident={incident} list={notifications} silences={silences.value} />
          <IncidentFacts incident={incident} />
        </div>
        <section class="incident-timeline-area" aria-label="Timeline">
          <h2>Timeline</h2>
          {isOperator.value && (
            <NoteForm
              id={incident.id}
              onNoted={() => {
                refresh()
                void timeline.refresh()
              }}
            />
          )}
          <ListStatus list={timeline} empty="Nothing has happened yet" />
          <Timeline list={timeline} silences={silences.value} names={names.value} />
        </section>
      </div>
    </div>
  )
}

function Head({ incident, onChanged }: { incident: Incident; onChanged(): void }) {
  const asked = useSignal<AskedAction | null>(null)
  const { status, number, title, common_labels, severity } = incident
  const isOver = status === 'resolved'
  const canAcknowledge = isOperator.value && (status === 'open' || status === 'muted')
  const ask = (does: AskedAction['does']) => {
    if (asked.peek() === null) asked.value = { does, incident }
  }
  useKeys({
    a: () => {
      if (canAcknowledge) ask('acknowledge')
    },
  })
  return (
    <header class="incident-head page-head">
      <div class="job-title">
        <p class="crumbs">
          <a href="/incidents">Incidents</a>
          <span aria-hidden="true">/</span>
          <span>#{number}</span>
        </p>
        <h1>{title}</h1>
        <p class="alert-lead">
          {labelPairs(common_labels, { severity: severity ?? '' }).map(([name, value]) => (
            <span key={name} class="tag">
              <span class="tag-name">{name}=</span>
              {value}
            </span>
          ))}
        </p>
      </div>
      {isOperator.value && !isOver && (
        <div class="incident-actions">
          <button type="button" onClick={() => ask('resolve')}>
            Resolve
          </button>
          <button type="button" onClick={() => ask('assign')}>
            Assign
          </button>
          {canAcknowledge && (
            <button type="button" class="primary" title="Acknowledge (a)" onClick={() => ask('acknowledge')}>
              Acknowledge
            </button>
          )}
        </div>
      )}
      <IncidentDialog asked={asked} onDone={onChanged} />
    </header>
  )
}
