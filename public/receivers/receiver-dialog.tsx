import { type Signal, useSignal } from '@preact/signals'
import type { Receiver, ReceiverType } from '../../src/contract/receivers'
import { RECEIVER_TYPES } from '../../src/contract/values'
import { ApiError, client, type Fault, messageOf } from '../api'
import { Dialog } from '../components/dialog'
import { DialogButtons } from '../components/dialog-buttons'
import { Failure } from '../components/empty'
import { showToast } from '../toasts'
import { useFocus } from '../use-focus'
import { ReceiverChoice } from './receiver-choice'
import { isSet, SETTING_FIELDS, type SettingField, settingsOf, TYPE_NAMES, textOf } from './receiver-fields'

interface ReceiverDialogProps {
  /** Null for a new one. */
  receiver: Receiver | null
  onSaved(): void
  onClose(): void
}

/** Creates or changes a receiver. Secrets are only ever written. */
export function ReceiverDialog({ receiver, onSaved, onClose }: ReceiverDialogProps) {
  const type = useSignal<ReceiverType>(receiver?.type ?? 'webhook')
  const sendsResolved = useSignal(receiver?.send_resolved ?? true)
  const texts = useSignal(textsOf(type.value, receiver))
  const problem = useSignal('')
  const faults = useSignal<readonly Fault[]>([])
  const isBusy = useSignal(false)
  const name = useFocus()
  const save = async () => {
    if (isBusy.value) return
    isBusy.value = true
    try {
      const settings = settingsOf(type.value, texts.value, receiver)
      const body = { name: name.current?.value.trim() ?? '', settings, send_resolved: sendsResolved.value }
      if (receiver) await client.patch('/api/receivers/{id}', { id: receiver.id, body })
      else await client.post('/api/receivers', { body: { ...body, type: type.value } })
      showToast(`Receiver ${body.name} ${receiver ? 'changed' : 'created'}`)
      onSaved()
      onClose()
    } catch (error) {
      faults.value = error instanceof ApiError ? error.faults : []
      problem.value = messageOf(error)
      isBusy.value = false
    }
  }
  return (
    <Dialog title={receiver ? `Receiver ${receiver.name}` : 'New receiver'} onClose={onClose}>
      <form
        class="sql-form receiver-form"
        autocomplete="off"
        onSubmit={event => {
          event.preventDefault()
          void save()
        }}
      >
        {!receiver && (
          <fieldset class="chips" aria-label="Type">
            {RECEIVER_TYPES.map(each => (
              <button
                key={each}
                type="button"
                aria-pressed={type.value === each}
                onClick={() => {
                  type.value = each
                  texts.value = textsOf(each, null)
                  sendsResolved.value = each === 'webhook' || each === 'group'
                }}
              >
                {TYPE_NAMES[each]}
              </button>
            ))}
          </fieldset>
        )}
        <div class="kind-form">
          <label class="field">
            Name, by which routes call it
            <input ref={name} name="name" required maxLength={200} defaultValue={receiver?.name ?? ''} />
          </label>
          {SETTING_FIELDS[type.value].map(field => (
            <Setting
              key={`${type.value} ${field.name}`}
              field={field}
              texts={texts}
              isStored={isSet(receiver, field.name)}
              fault={faultOf(faults.value, field.name)}
            />
          ))}
        </div>
        <label class="check-label">
          <input
            type="checkbox"
            checked={sendsResolved.value}
            onChange={event => (sendsResolved.value = event.currentTarget.checked)}
          />
          also tell when alerts are resolved
        </label>
        {problem.value !== '' && <Failure message={problem.value} />}
        <DialogButtons action="Save" isDisabled={isBusy.value} onClose={onClose} />
      </form>
    </Dialog>
  )
}

const textsOf = (type: ReceiverType, receiver: Receiver | null): Record<string, string> =>
  Object.fromEntries(SETTING_FIELDS[type].map(field => [field.name, textOf(receiver, field)]))

/** Of `body.settings.url`, `settings.to.0` and the like. */
const faultOf = (faults: readonly Fault[], name: string) =>
  faults.find(({ path }) => new RegExp(`settings\\.${name}(\\b|$)`).test(path))?.message

interface SettingProps {
  field: SettingField
  texts: Signal<Record<string, string>>
  isStored: boolean
  fault: string | undefined
}

const SECURITIES = [
  ['starttls', 'STARTTLS'],
  ['tls', 'TLS from the start'],
  ['none', 'none'],
] as const

function Setting({ field, texts, isStored, fault = '' }: SettingProps) {
  const { name, label, type, hint, isRequired = false } = field
  const value = texts.value[name] ?? ''
  const set = (text: string) => {
    texts.value = { ...texts.peek(), [name]: text }
  }
  if (type === 'security') return <SecurityField label={label} value={value} onChange={set} />
  if (type === 'receivers') return <ReceiverChoice text={value} {...{ label, fault }} onChange={set} />
  return (
    <div class="field">
      <label class="field">
        {label}
        <input
          // Preact's types take a single type only.
          type={(type === 'emails' ? 'text' : type) as 'text'}
          name={name}
          autocomplete={type === 'password' ? 'new-password' : 'off'}
          required={isRequired && !isStored}
          placeholder={isStored ? 'set; leave empty to keep' : hint}
          value={value}
          onInput={event => set(event.currentTarget.value)}
        />
      </label>
      <span class="field-fault" role="alert">
        {fault}
      </span>
    </div>
  )
}

interface SecurityFieldProps {
  label: string
  value: string
  onChange(value: string): void
}

const SecurityField = ({ label, value, onChange }: SecurityFieldProps) => (
  <label class="field">
    {label}
    <select value={value} onChange={event => onChange(event.currentTarget.value)}>
      {SECURITIES.map(([each, title]) => (
        <option key={each} value={each}>
          {title}
        </option>
      ))}
    </select>
  </label>
)
