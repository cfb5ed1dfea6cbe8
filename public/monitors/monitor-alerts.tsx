import { useSignal } from '@preact/signals'
import type { AlertItem } from '../../src/contract/alerts'
import type { MonitorRule } from '../../src/contract/monitor-rules'
import type { Monitor } from '../../src/contract/monitors'
import { Severity } from '../alerts/severity'
import { Ago } from '../components/time'
import { MonitorRuleDialog } from '../monitor-rules/rule-dialog'
import { whenText } from '../monitor-rules/rule-text'
import { isOperator } from '../session'
import { alertsAddress } from './addresses'

interface MonitorAlertsProps {
  monitor: Pick<Monitor, 'id'>
  alerts: readonly AlertItem[]
  rules: readonly MonitorRule[]
  onRule(): void
}

/** Open alerts with their incidents, and the rules that raise them. */
export const MonitorAlerts = ({ monitor: { id }, alerts, rules, onRule }: MonitorAlertsProps) => (
  <section class="panel" aria-label="Alerts">
    <h2>
      <a href={alertsAddress(id)}>Alerts</a>
    </h2>
    {alerts.length === 0 && <p class="hint">None now.</p>}
    <ul class="lines">
      {alerts.map(alert => (
        <li key={alert.id}>
          <Severity of={alert.labels.severity ?? ''} />
          <a class="line-name" href={`/alerts/${alert.fingerprint}`}>
            {alert.labels.alertname}
          </a>
          {alert.incident_ids.map(incident => (
            <a key={incident} class="tag" href={`/incidents/${incident}`}>
              open incident
            </a>
          ))}
          <span class="spacer" />
          {alert.state === 'suppressed' && <span class="badge">muted</span>}
          <span class="hint">
            <Ago time={alert.starts_at} />
          </span>
        </li>
      ))}
    </ul>
    <h3>Rules that watch it</h3>
    {rules.length === 0 && <p class="hint">None: nobody is told when it is down.</p>}
    <ul class="lines">
      {rules.map(rule => (
        <li key={rule.id}>
          <Severity of={rule.severity} />
          <span class="line-name" title={`${rule.name}: ${whenText(rule)}`}>
            {rule.name}: {whenText(rule)}
          </span>
          <span class="spacer" />
          {!rule.enabled && <span class="badge">off</span>}
        </li>
      ))}
    </ul>
    {isOperator.value && <NewRule monitorId={id} onSaved={onRule} />}
  </section>
)

function NewRule(props: { monitorId: string; onSaved(): void }) {
  const isOpen = useSignal(false)
  return (
    <>
      <button type="button" class="link" onClick={() => (isOpen.value = true)}>
        New rule
      </button>
      {isOpen.value && <MonitorRuleDialog rule={null} {...props} onClose={() => (isOpen.value = false)} />}
    </>
  )
}
