import { useSignal } from '@preact/signals'
import type { AlertRule } from '../../src/contract/alerts'
import { RuleDialog } from '../alert-rules/rule-dialog'
import { ruleText } from '../alert-rules/rule-text'
import { Severity } from '../alerts/severity'
import { client, messageOf } from '../api'
import { Failure } from '../components/empty'
import { ScrollTable, TableHead } from '../components/listing'
import { PageFrame } from '../components/page-frame'
import { MonitorRules } from '../monitor-rules/monitor-rules'
import { isAdmin } from '../session'
import { showToast } from '../toasts'
import { useFetch } from '../use-fetch'

const POLL_MS = 30_000

/** By which rules monitors and the platform itself raise alerts. */
export default function AlertRulesPage() {
  const { value, problem, read } = useFetch('/api/alerts/rules', {}, { pollMs: POLL_MS })
  const edited = useSignal<AlertRule | null>(null)
  const refused = useSignal('')
  const turn = async ({ name, enabled }: AlertRule) => {
    const change = client.patch('/api/alerts/rules/{name}', { name, body: { enabled: !enabled } })
    refused.value = await change.then(() => '', messageOf)
    if (refused.value === '') showToast(`Rule ${name} switched ${enabled ? 'off' : 'on'}`)
    await read()
  }
  return (
    <PageFrame page="alert-rules">
      <p class="hint">
        These rules raise alerts. Those of Prometheus and other senders come by <a href="/api/docs">the API</a>. A rule
        that is switched off resolves what it has raised.
      </p>
      <MonitorRules />
      <section class="rules" aria-label="Tailrace itself">
        <h2>Tailrace itself</h2>
        {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
        {refused.value !== '' && <Failure message={refused.value} />}
        {value.value && (
          <ScrollTable name="Rules">
            <TableHead columns={['Alert', 'When', 'Severity', 'State', ...(isAdmin.value ? [''] : [])]} />
            <tbody>
              {value.value.items.map(rule => (
                <RuleRow
                  key={rule.name}
                  rule={rule}
                  onTurn={() => void turn(rule)}
                  onEdit={() => (edited.value = rule)}
                />
              ))}
            </tbody>
          </ScrollTable>
        )}
        {edited.value && (
          <RuleDialog rule={edited.value} onSaved={() => void read()} onClose={() => (edited.value = null)} />
        )}
      </section>
    </PageFrame>
  )
}

interface RuleRowProps {
  rule: AlertRule
  onTurn(): void
  onEdit(): void
}

function RuleRow({ rule, onTurn, onEdit }: RuleRowProps) {
  const { name, severity, enabled } = rule
  return (
    <tr>
      <td>
        <a href={`/alerts?filter=${encodeURIComponent(`alertname="${name}"`)}`}>{name}</a>
      </td>
      <td class="wide">{ruleText(rule)}</td>
      <td>
        <Severity of={severity} />
      </td>
      <td>{enabled ? 'on' : 'off'}</td>
      {isAdmin.value && (
        <td class="row">
          <button type="button" aria-label={`Edit ${name}`} onClick={onEdit}>
            Edit
          </button>
          <button type="button" aria-label={`Switch ${enabled ? 'off' : 'on'} ${name}`} onClick={onTurn}>
            {enabled ? 'Switch off' : 'Switch on'}
          </button>
        </td>
      )}
    </tr>
  )
}
