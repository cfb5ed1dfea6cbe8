import type { Signal } from '@preact/signals'
import { Check } from 'lucide'
import type { IncidentItem } from '../../src/contract/incidents'
import { counted, formatCount } from '../../text/numbers'
import { labelPairs } from '../alerts/alert'
import { Severity } from '../alerts/severity'
import { Icon } from '../components/icon'
import { Ago } from '../components/time'
import { isOperator } from '../session'
import { IncidentStatusMark } from './incident-status'
import { NextLook } from './next-look'

interface IncidentRowProps {
  incident: IncidentItem
  /** Id of the current row. */
  current: Signal<string>
  onAcknowledge(incident: IncidentItem): void
}

/** An incident in a list: one line, or two on a phone. */
export function IncidentRow({ incident, current, onAcknowledge }: IncidentRowProps) {
  const { id, number, title, status, severity, firing, alerts, common_labels } = incident
  const classes = ['incident-row columns-row', current.value === id ? 'is-current' : '', `is-incident-${status}-row`]
  const who = incident.assignee ?? incident.acknowledged_by
  const name = common_labels.alertname ?? ''
  const pairs = labelPairs(common_labels, { severity: severity ?? '' }).map(pair => pair.join('='))
  const labels = [...(title.includes(name) ? [] : [name]), ...pairs].join('  ')
  return (
    <div class={classes.filter(Boolean).join(' ')} data-incident={id}>
      <span class="incident-severity">
        <Severity of={severity ?? ''} />
      </span>
      <span class="incident-what">
        <span class="incident-number">#{number}</span>
        <a class="incident-title" href={`/incidents/${id}`} title={title}>
          {title}
        </a>
        {incident.is_flapping && <span class="badge">flapping</span>}
        <span class="alert-summary" title={labels}>
          {labels}
        </span>
        {status === 'open' && isOperator.value && (
          <span class="alert-actions">
            <button
              type="button"
              class="quiet icon"
              aria-label={`Acknowledge #${number}`}
              title="Acknowledge (a)"
              onClick={() => onAcknowledge(incident)}
            >
              <Icon of={Check} size={14} />
            </button>
          </span>
        )}
      </span>
      <span class="incident-status">
        <IncidentStatusMark status={status} />
      </span>
      <span class="incident-alerts number" title={`${formatCount(firing)} of ${counted(alerts, 'alert')} firing`}>
        {formatCount(firing)}
        <span class="hint">/{formatCount(alerts)}</span>
      </span>
      <span class="incident-who" title={who?.name}>
        {who?.name}
      </span>
      <span class="incident-next number">
        <NextLook at={incident.next_flush_at} />
      </span>
      <span class="incident-age number">
        <Ago time={incident.opened_at} />
      </span>
    </div>
  )
}
