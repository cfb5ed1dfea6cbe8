import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'

interface SecretInputProps {
  label: string
  value: string
  /** One is stored, which can be replaced or removed, but not read. */
  isStored: boolean
  isRemoved: boolean
  fault: string | undefined
  onChange(value: string): void
  onRemove(isRemoved: boolean): void
}

/** The field of a secret, which is only ever written. */
export function SecretInput({ label, value, isStored, isRemoved, fault, onChange, onRemove }: SecretInputProps) {
  const isReplacing = useSignal(false)
  const id = useId()
  if (isStored && !isReplacing.value) {
    return (
      <div class="field">
        {label}
        <span class="row secret-state">
          <b>{isRemoved ? 'will be removed' : 'set'}</b>
          {isRemoved ? (
            <button type="button" class="link" onClick={() => onRemove(false)}>
              Keep
            </button>
          ) : (
            <>
              <button type="button" class="link" onClick={() => (isReplacing.value = true)}>
                Replace<span class="hidden"> {label}</span>
              </button>
              <button type="button" class="link" onClick={() => onRemove(true)}>
                Remove<span class="hidden"> {label}</span>
              </button>
            </>
          )}
        </span>
      </div>
    )
  }
  const isKey = label.includes('PEM')
  const common = { id, value, autocomplete: isKey ? 'off' : 'new-password', spellcheck: false } as const
  return (
    <div class={isKey ? 'field is-wide' : 'field'}>
      <label class="field" htmlFor={id}>
        {label}
        {isKey ? (
          <textarea {...common} rows={3} onInput={event => onChange(event.currentTarget.value)} />
        ) : (
          <input {...common} type="password" onInput={event => onChange(event.currentTarget.value)} />
        )}
      </label>
      {isStored && (
        <button
          type="button"
          class="link"
          onClick={() => {
            onChange('')
            isReplacing.value = false
          }}
        >
          Keep what is set
        </button>
      )}
      {fault !== undefined && (
        <span class="field-fault" role="alert">
          {fault}
        </span>
      )}
    </div>
  )
}
