import { useSignal } from '@preact/signals'
import type { AlertRule } from '../../src/contract/alerts'
import { SEVERITIES } from '../../src/contract/values'
import { client, messageOf } from '../api'
import { Dialog } from '../components/dialog'
import { DialogButtons } from '../components/dialog-buttons'
import { Failure } from '../components/empty'
import { showToast } from '../toasts'
import { ruleText } from './rule-text'

interface RuleDialogProps {
  rule: AlertRule
  onSaved(): void
  onClose(): void
}

/** Changes the severity of a rule, and when it applies. */
export function RuleDialog({ rule, onSaved, onClose }: RuleDialogProps) {
  const draft = useSignal(rule)
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const set = (change: Partial<AlertRule>) => {
    draft.value = { ...draft.peek(), ...change }
  }
  const save = async () => {
    if (isBusy.value) return
    isBusy.value = true
    const { name, severity, threshold, window_seconds } = draft.value
    const body = {
      severity,
      ...(threshold !== null && { threshold }),
      ...(window_seconds !== null && { window_seconds }),
    }
    try {
      await client.patch('/api/alerts/rules/{name}', { name, body })
      showToast(`Rule ${name} changed`)
      onSaved()
      onClose()
    } catch (error) {
      problem.value = messageOf(error)
      isBusy.value = false
    }
  }
  const { severity, threshold, window_seconds } = draft.value
  return (
    <Dialog title={`Rule ${rule.name}`} isSmall onClose={onClose}>
      <form
        class="sql-form"
        onSubmit={event => {
          event.preventDefault()
          void save()
        }}
      >
        <p class="hint">{ruleText(draft.value)}</p>
        <label class="field">
          Severity
          <select
            value={severity}
            onChange={event =>
              set({ severity: SEVERITIES.find(each => each === event.currentTarget.value) ?? severity })
            }
          >
            {SEVERITIES.map(each => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        {threshold !== null && (
          <NumberField label="How many" value={threshold} min={1} onChange={value => set({ threshold: value })} />
        )}
        {window_seconds !== null && (
          <NumberField
            label="Time, in seconds"
            value={window_seconds}
            min={10}
            onChange={value => set({ window_seconds: value })}
          />
        )}
        {problem.value !== '' && <Failure message={problem.value} />}
        <DialogButtons action="Save" isDisabled={isBusy.value} onClose={onClose} />
      </form>
    </Dialog>
  )
}

interface NumberFieldProps {
  label: string
  value: number
  min: number
  onChange(value: number): void
}

const NumberField = ({ label, value, min, onChange }: NumberFieldProps) => (
  <label class="field">
    {label}
    <input
      type="number"
      required
      min={min}
      value={value}
      onInput={event => {
        if (event.currentTarget.value !== '') onChange(Number(event.currentTarget.value))
      }}
    />
  </label>
)
