import { type ReadonlySignal, useSignal } from '@preact/signals'
import type { AlertItem, Occurrence } from '../../src/contract/alerts'
import type { Incident } from '../../src/contract/incidents'
import { formatCount } from '../../text/numbers'
import { elapsedMs } from '../../text/times'
import { isMuted, labelPairs, nameOf, summaryOf } from '../alerts/alert'
import { type KnownSilences, ShortMutes } from '../alerts/mute-words'
import { Severity } from '../alerts/severity'
import { endWords } from '../alerts/words'
import { now } from '../clock'
import { LoadMore } from '../components/list-status'
import { Moment } from '../components/time'
import { WindowRows } from '../components/window-rows'
import type { PagedList } from '../paged-list'
import { useMedia } from '../use-media'
import { roughDuration } from './rough-duration'

interface IncidentAlertsProps {
  incident: Incident
  list: PagedList<Occurrence>
  /** What mutes those that fire, by id, as far as it is known. */
  states: ReadonlyMap<string, AlertItem>
  /** A signal, so that rows need not be rendered again by the list. */
  silences: ReadonlySignal<KnownSilences>
}

/** Also in css/incidents.css. */
const ROW_PX = 32
const PHONE_ROW_PX = 60
/** What follows should be in sight. */
const SHOWN = 8

/** The alerts of an incident, firing ones first. */
export function IncidentAlerts({ incident, list, states, silences }: IncidentAlertsProps) {
  const isPhone = useMedia('(max-width: 620px)')
  const isWhole = useSignal(false)
  const alerts = list.items.value ?? []
  const shown = isWhole.value ? alerts : alerts.slice(0, SHOWN)
  // `WindowRows` renders a row again when its item changes.
  const rows = shown.map(alert => states.get(alert.id) ?? alert)
  const resolved = incident.alerts - incident.firing
  return (
    <section class="incident-section" aria-label="Alerts of the incident">
      <header class="row">
        <h2>Alerts</h2>
        <span class="hint">
          {formatCount(incident.firing)} firing{resolved > 0 && `, ${formatCount(resolved)} resolved`}
        </span>
        <span class="spacer" />
        {(alerts.length > SHOWN || list.hasMore.value) && !isWhole.value && (
          <button type="button" class="link" onClick={() => (isWhole.value = true)}>
            Show all {formatCount(incident.alerts)}
          </button>
        )}
      </header>
      <div class="incidents is-alerts">
        <WindowRows
          name="Alerts, firing ones first"
          items={rows}
          rowPx={isPhone ? PHONE_ROW_PX : ROW_PX}
          idOf={({ id }) => id}
          row={alert => <AlertLine alert={alert} incident={incident} silences={silences} />}
        />
      </div>
      {isWhole.value && <LoadMore list={list} />}
    </section>
  )
}

interface AlertLineProps {
  alert: Occurrence | AlertItem
  incident: Incident
  silences: ReadonlySignal<KnownSilences>
}

function AlertLine({ alert, incident, silences }: AlertLineProps) {
  const { fingerprint, labels, starts_at, resolved_at } = alert
  const own = labelPairs(labels, { ...incident.common_labels, severity: labels.severity ?? '' })
  const words = own.map(pair => pair.join('=')).join('  ')
  return (
    <div class="incident-alert">
      <span class="incident-severity">
        <Severity of={labels.severity ?? ''} />
      </span>
      <span class="incident-what">
        <a class="incident-title" href={`/alerts/${fingerprint}`}>
          {nameOf(alert)}
        </a>
        <span class="incident-labels" title={words}>
          {words}
        </span>
        <span class="alert-summary" title={summaryOf(alert)}>
          {summaryOf(alert)}
        </span>
      </span>
      <span class="incident-state">
        <AlertState alert={alert} silences={silences} />
      </span>
      <span class="incident-age number">
        <Moment time={starts_at}>{roughDuration(elapsedMs(starts_at, resolved_at, now.value) ?? 0)}</Moment>
      </span>
    </div>
  )
}

function AlertState({ alert, silences }: Pick<AlertLineProps, 'alert' | 'silences'>) {
  if (alert.resolved_at !== null) {
    return (
      <span class="status is-alert-resolved" title={endWords(alert)}>
        resolved
      </span>
    )
  }
  if ('state' in alert && isMuted(alert)) return <ShortMutes mutes={alert} silences={silences.value} />
  return <span class="status is-alert-firing">firing</span>
}
