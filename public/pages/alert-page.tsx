import { useSignal } from '@preact/signals'
import type { AlertItem } from '../../src/contract/alerts'
import { formatDuration } from '../../text/times'
import { isMuted, nameOf, summaryOf, webAddress } from '../alerts/alert'
import { AlertNotifications, Occurrences } from '../alerts/alert-history'
import { AlertLabels } from '../alerts/alert-labels'
import { OutsideLink } from '../alerts/alert-text'
import { alertsWith } from '../alerts/filters'
import { FiringStrip } from '../alerts/firing-strip'
import { matchersFor } from '../alerts/matcher-text'
import { MuteSentences } from '../alerts/mute-words'
import { Severity } from '../alerts/severity'
import { useActiveSilences, useAlertEvents } from '../alerts/use-alerts'
import { endWords } from '../alerts/words'
import { now } from '../clock'
import { Empty, Failure } from '../components/empty'
import { Ago, Moment } from '../components/time'
import { useKeys } from '../keys'
import { isOperator } from '../session'
import { SilenceDialog } from '../silences/silence-dialog'
import { useFetch } from '../use-fetch'
import { byId, usePagedList } from '../use-paged-list'
import { useTitle } from '../use-title'

const POLL_MS = 15_000
/** Enough for the strip of most alerts. */
const OCCURRENCES = 100

/** An alert: its state and why, what it says, when it fired, and who was told. */
export default function AlertPage({ id }: { id: string }) {
  const { value, problem, isMissing, read } = useFetch(
    '/api/alerts/{fingerprint}',
    { fingerprint: id },
    { pollMs: POLL_MS },
  )
  const history = usePagedList('/api/alerts/{fingerprint}/history', {
    params: { fingerprint: id },
    idOf: byId,
    pageSize: OCCURRENCES,
    pollMs: POLL_MS,
  })
  useAlertEvents(() => {
    void read()
    void history.refresh()
  })
  const alert = value.value
  useTitle(alert ? nameOf(alert) : '')
  if (!alert) {
    if (problem.value === '') return <div class="page is-loading" aria-busy="true" />
    return (
      <div class="page">
        {!isMissing.value && <Failure message={problem.value} onRetry={() => void read()} />}
        <Empty title="Alert not available">
          <p>It has never fired here, or so long ago that it is no longer kept.</p>
          <a href="/alerts">Back to alerts</a>
        </Empty>
      </div>
    )
  }
  return (
    <div class="page alert-page">
      <Head alert={alert} />
      <Summary alert={alert} />
      <WhyMuted alert={alert} />
      <AlertLabels alert={alert} />
      <FiringStrip occurrences={history.items.value ?? []} />
      <AlertNotifications alert={alert} />
      <Occurrences list={history} />
    </div>
  )
}

function Head({ alert }: { alert: AlertItem }) {
  const isAsking = useSignal(false)
  const source = webAddress(alert.generator_url)
  const canSilence = isOperator.value && alert.state !== 'resolved'
  const ask = () => {
    if (canSilence) isAsking.value = true
  }
  useKeys({ s: ask })
  return (
    <header class="page-head">
      <div class="job-title">
        <p class="crumbs">
          <a href="/alerts">Alerts</a>
          <span aria-hidden="true">/</span>
          <a href={alertsWith('alertname', nameOf(alert))}>all {nameOf(alert)}</a>
        </p>
        <h1>{nameOf(alert)}</h1>
        <p class="alert-lead">{summaryOf(alert)}</p>
      </div>
      <div class="job-actions">
        {source && <OutsideLink address={source} text="Where it comes from" />}
        {canSilence && (
          <button type="button" class="primary" title="Silence (s)" onClick={ask}>
            Silence
          </button>
        )}
      </div>
      {isAsking.value && (
        <SilenceDialog
          draft={{ matchers: matchersFor([alert.labels]) }}
          onSaved={() => undefined}
          onClose={() => (isAsking.value = false)}
        />
      )}
    </header>
  )
}

function Summary({ alert }: { alert: AlertItem }) {
  const { state, starts_at, resolved_at, source, receivers, incident_ids, labels } = alert
  const lasted = (resolved_at === null ? now.value : Date.parse(resolved_at)) - Date.parse(starts_at)
  const fields = [
    [
      'State',
      <span key="state" class={`status is-alert-${state}`}>
        {state}
      </span>,
    ],
    ['Severity', <Severity key="severity" of={labels.severity ?? ''} />],
    ['Since', <Moment key="since" time={starts_at} />],
    [resolved_at === null ? 'For' : 'Lasted', formatDuration(lasted)],
    ['Resolved', resolved_at && <Ago key="resolved" time={resolved_at} />],
    ['Because', endWords(alert)],
    ['Source', source === 'api' ? 'Alertmanager API' : source],
    ['Receivers', receivers.length > 0 ? receivers.join(', ') : 'incidents only'],
    [
      'Incidents',
      incident_ids.length > 0 &&
        incident_ids.map(incident => (
          <a key={incident} class="tag" href={`/incidents/${incident}`}>
            open incident
          </a>
        )),
    ],
  ] as const
  return (
    <dl class="summary">
      {fields
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** Nothing unless the alert is muted. */
function WhyMuted({ alert }: { alert: AlertItem }) {
  const silences = useActiveSilences()
  if (!isMuted(alert)) return null
  return (
    <section class="notice" aria-label="Why it is muted">
      <b>Nobody is notified of it now.</b>
      <MuteSentences mutes={alert} silences={silences.value} />
    </section>
  )
}
