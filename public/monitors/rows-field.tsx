import { type Row, rowOf } from './rows'

/** One input of each row. */
export interface RowPart {
  name: string
  title: string
  hint?: string
  options?: readonly string[]
}

interface RowsFieldProps {
  label: string
  hint?: string
  parts: readonly RowPart[]
  rows: readonly Row[]
  /** On the button for another row. */
  more: string
  fault?: string | undefined
  onChange(rows: Row[]): void
}

const STORED = 'set; leave empty to keep'

/** A field with any number of rows. */
export function RowsField({ label, hint, parts, rows, more, fault, onChange }: RowsFieldProps) {
  const set = (key: number, change: Row['values']) =>
    onChange(rows.map(row => (row.key === key ? { ...row, values: { ...row.values, ...change } } : row)))
  return (
    <fieldset class="rows-field">
      <legend>{label}</legend>
      {hint && <p class="hint">{hint}</p>}
      {rows.map((row, at) => (
        <div key={row.key} class="row">
          {parts.map(part => (
            <Part
              key={part.name}
              part={part}
              name={`${label}, ${part.title} ${at + 1}`}
              value={row.values[part.name] ?? ''}
              hint={row.isStored && part.name === 'value' ? STORED : part.hint}
              isFixed={row.isStored === true && part.name === 'name'}
              onChange={value => set(row.key, { [part.name]: value })}
            />
          ))}
          <button
            type="button"
            class="quiet icon"
            aria-label={`Remove ${label} ${at + 1}`}
            onClick={() => onChange(rows.filter(({ key }) => key !== row.key))}
          >
            ×
          </button>
        </div>
      ))}
      {fault && (
        <span class="field-fault" role="alert">
          {fault}
        </span>
      )}
      <button type="button" class="link" onClick={() => onChange([...rows, rowOf({})])}>
        {more}
      </button>
    </fieldset>
  )
}

interface PartProps {
  part: RowPart
  name: string
  value: string
  hint: string | undefined
  isFixed: boolean
  onChange(value: string): void
}

function Part({ part: { options, title }, name, value, hint, isFixed, onChange }: PartProps) {
  if (options) {
    return (
      <select aria-label={name} value={value} onChange={event => onChange(event.currentTarget.value)}>
        {options.map(option => (
          <option key={option}>{option}</option>
        ))}
      </select>
    )
  }
  return (
    <input
      aria-label={name}
      placeholder={hint ?? title}
      value={value}
      readOnly={isFixed}
      spellcheck={false}
      autocomplete="off"
      onInput={event => onChange(event.currentTarget.value)}
    />
  )
}
