import type { Signal } from '@preact/signals'
import type { AskedField } from './asked-fields'

interface AskedSettingsProps {
  fields: readonly AskedField[]
  /** By key of the field. */
  texts: Signal<Readonly<Record<string, string>>>
}

/** Asks for what an imported file does not hold. */
export const AskedSettings = ({ fields, texts }: AskedSettingsProps) =>
  fields.length === 0 ? null : (
    <fieldset class="interval-choice">
      <legend>Not in the file. Without it, a receiver is not created, or switched off</legend>
      {fields.map(({ key, receivers, because, label, type }) => (
        <label key={key} class="field">
          {receivers.join(', ')}: {label}
          <input
            // Preact's types take a single type only.
            type={type as 'text'}
            autocomplete={type === 'password' ? 'new-password' : 'off'}
            value={texts.value[key] ?? ''}
            onInput={event => (texts.value = { ...texts.peek(), [key]: event.currentTarget.value })}
          />
          <span class="hint">{because}</span>
        </label>
      ))}
    </fieldset>
  )
