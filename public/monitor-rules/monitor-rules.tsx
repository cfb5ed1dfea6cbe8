import { useSignal } from '@preact/signals'
import type { MonitorRule } from '../../src/contract/monitor-rules'
import { counted } from '../../text/numbers'
import { Severity } from '../alerts/severity'
import { client, messageOf } from '../api'
import { ConfirmButton } from '../components/confirm-button'
import { Failure } from '../components/empty'
import { ScrollTable, TableHead } from '../components/listing'
import { isOperator } from '../session'
import { showToast } from '../toasts'
import { useFetch } from '../use-fetch'
import { MonitorRuleDialog } from './rule-dialog'
import { monitorsText, whenText } from './rule-text'

const POLL_MS = 30_000

/** The rules by which monitors raise alerts. */
export function MonitorRules() {
  const { value, problem, read } = useFetch('/api/rules', {}, { pollMs: POLL_MS })
  const edited = useSignal<MonitorRule | 'new' | null>(null)
  const refused = useSignal('')
  const turn = async ({ id, name, enabled }: MonitorRule) => {
    const change = client.patch('/api/rules/{id}', { id, body: { enabled: !enabled } })
    refused.value = await change.then(() => '', messageOf)
    if (refused.value === '') showToast(`Rule ${name} switched ${enabled ? 'off' : 'on'}`)
    await read()
  }
  const rules = value.value?.items ?? []
  return (
    <section class="rules monitor-rules" aria-label="Monitors">
      <header class="row">
        <h2>Monitors</h2>
        <span class="spacer" />
        {isOperator.value && (
          <button type="button" class="primary" onClick={() => (edited.value = 'new')}>
            New rule
          </button>
        )}
      </header>
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      {refused.value !== '' && <Failure message={refused.value} />}
      {value.value && rules.length === 0 && <p class="hint">None: monitors raise no alerts.</p>}
      {rules.length > 0 && (
        <ScrollTable name="Rules of monitors">
          <TableHead columns={['Alert', 'When', 'Monitors', 'Severity', 'State', ...(isOperator.value ? [''] : [])]} />
          <tbody>
            {rules.map(rule => (
              <RuleRow
                key={rule.id}
                rule={rule}
                onTurn={() => void turn(rule)}
                onEdit={() => (edited.value = rule)}
                onDeleted={() => void read()}
              />
            ))}
          </tbody>
        </ScrollTable>
      )}
      {edited.value && (
        <MonitorRuleDialog
          rule={edited.value === 'new' ? null : edited.value}
          onSaved={() => void read()}
          onClose={() => (edited.value = null)}
        />
      )}
    </section>
  )
}

interface RuleRowProps {
  rule: MonitorRule
  onTurn(): void
  onEdit(): void
  onDeleted(): void
}

function RuleRow({ rule, onTurn, onEdit, onDeleted }: RuleRowProps) {
  const { id, name, severity, enabled, firing, monitors } = rule
  return (
    <tr>
      <td>
        <a href={`/alerts?filter=${encodeURIComponent(`alertname="${name}"`)}`}>{name}</a>
      </td>
      <td class="wide">{whenText(rule)}</td>
      <td>{monitorsText(monitors)}</td>
      <td>
        <Severity of={severity} />
      </td>
      <td>{!enabled ? 'off' : firing > 0 ? `fires for ${counted(firing, 'monitor')}` : 'on'}</td>
      {isOperator.value && (
        <td class="row">
          <button type="button" aria-label={`Edit ${name}`} onClick={onEdit}>
            Edit
          </button>
          <button type="button" aria-label={`Switch ${enabled ? 'off' : 'on'} ${name}`} onClick={onTurn}>
            {enabled ? 'Switch off' : 'Switch on'}
          </button>
          <ConfirmButton
            label="Delete"
            confirmLabel={`Delete ${name}`}
            effect="Its alerts are resolved. Their history stays."
            done={`Rule ${name} deleted`}
            onConfirm={async reason => {
              await client.delete('/api/rules/{id}', { id, reason })
              onDeleted()
            }}
          />
        </td>
      )}
    </tr>
  )
}
