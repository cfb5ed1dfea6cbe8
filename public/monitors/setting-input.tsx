import type { SettingField } from './setting-fields'

interface SettingInputProps {
  field: SettingField
  value: string
  fault: string | undefined
  onChange(value: string): void
}

/** The field of a setting that has one value. */
export function SettingInput(props: SettingInputProps) {
  const { field, value, fault, onChange } = props
  const { name, label, hint, type } = field
  const id = `field-${name}`
  const faultId = `fault-${name}`
  if (type === 'switch') {
    return (
      <label class="check-label">
        <input
          type="checkbox"
          checked={value === 'true'}
          onChange={event => onChange(String(event.currentTarget.checked))}
        />
        {label}
      </label>
    )
  }
  return (
    <label class={type === 'area' || type === 'list' ? 'field is-wide' : 'field'} htmlFor={id}>
      {label}
      <Control {...props} id={id} describedBy={fault === undefined ? undefined : faultId} />
      {hint && <span class="hint">{hint}</span>}
      {fault !== undefined && (
        <span id={faultId} class="field-fault" role="alert">
          {fault}
        </span>
      )}
    </label>
  )
}

interface ControlProps extends SettingInputProps {
  id: string
  describedBy: string | undefined
}

function Control({ id, field, value, describedBy, onChange }: ControlProps) {
  const { name, type, choices = [], initial } = field
  const common = { id, name, value, 'aria-invalid': describedBy !== undefined, 'aria-describedby': describedBy }
  if (type === 'choice') {
    return (
      <select {...common} onChange={event => onChange(event.currentTarget.value)}>
        {choices.map(([each, title]) => (
          <option key={each} value={each}>
            {title}
          </option>
        ))}
      </select>
    )
  }
  if (type === 'area' || type === 'list')
    return <textarea {...common} rows={3} spellcheck={false} onInput={event => onChange(event.currentTarget.value)} />
  return (
    <input
      {...common}
      // Preact's types take a single type only.
      type={(type === 'number' ? 'number' : 'text') as 'text'}
      placeholder={initial}
      spellcheck={false}
      autocomplete="off"
      onInput={event => onChange(event.currentTarget.value)}
    />
  )
}
