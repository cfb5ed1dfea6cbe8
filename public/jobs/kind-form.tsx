import { useMemo } from 'preact/hooks'
import type { Kind } from '../../src/contract/kinds'
import type { Fault } from '../api'
import { type Field, fieldsOf, inputOf } from './kind-fields'

interface KindFormProps {
  kind: Kind
  isBusy: boolean
  /** The field errors of the last request. */
  faults: readonly Fault[]
  onStart(input: unknown): void
  onProblem(message: string): void
}

/** A form generated from the input schema of a kind. */
export function KindForm({ kind, isBusy, faults, onStart, onProblem }: KindFormProps) {
  const fields = useMemo(() => fieldsOf(kind.input), [kind.input])
  return (
    <form
      class="kind-form"
      aria-label={kind.label}
      onSubmit={event => {
        event.preventDefault()
        try {
          onStart(inputOf(fields, new FormData(event.currentTarget)))
        } catch (error) {
          onProblem(error instanceof Error ? error.message : String(error))
        }
      }}
    >
      <KindFields fields={fields} faults={faults} />
      <button type="submit" class="primary" disabled={isBusy}>
        Start
      </button>
    </form>
  )
}

/** The fields of a kind's input, for a form that asks for more. */
export const KindFields = ({ fields, faults }: { fields: readonly Field[]; faults: readonly Fault[] }) => (
  <>
    {fields.map(field => (
      <FieldRow key={field.name} field={field} fault={faultOf(faults, field.name)} />
    ))}
  </>
)

/** The error of a field: `body.input.headers.x` belongs to `headers`. */
function faultOf(faults: readonly Fault[], name: string): string | undefined {
  return faults.find(({ path }) => new RegExp(`\\binput\\.${name}(\\.|$)`).test(path))?.message
}

function FieldRow({ field, fault }: { field: Field; fault: string | undefined }) {
  const { name, label, isRequired, hint } = field
  const id = `field-${name}`
  const faultId = `fault-${name}`
  return (
    <label class={`field is-${field.type}`} htmlFor={id}>
      <span>
        {label}
        {!isRequired && <span class="hint"> optional</span>}
      </span>
      <Control id={id} field={field} describedBy={fault && faultId} />
      {hint !== '' && <span class="hint">{hint}</span>}
      {fault && (
        <span id={faultId} class="field-fault" role="alert">
          {fault}
        </span>
      )}
    </label>
  )
}

interface ControlProps {
  id: string
  field: Field
  describedBy: string | undefined
}

function Control({ id, field, describedBy }: ControlProps) {
  const { name, type, isRequired, initial, choices, limits } = field
  const common = {
    id,
    name,
    required: isRequired,
    'aria-invalid': describedBy !== undefined,
    'aria-describedby': describedBy,
  }
  if (type === 'choice')
    return (
      <select {...common}>
        {!isRequired && <option value="" />}
        {choices.map(choice => (
          <option key={choice} selected={choice === initial}>
            {choice}
          </option>
        ))}
      </select>
    )
  if (type === 'checkbox') return <input id={id} name={name} type="checkbox" defaultChecked={initial === 'true'} />
  if (type === 'lines' || type === 'json')
    return (
      <textarea
        {...common}
        rows={3}
        spellcheck={false}
        defaultValue={initial}
        placeholder={type === 'json' ? 'JSON' : 'One per line'}
      />
    )
  if (type === 'number') return <input {...common} {...limits} type="number" defaultValue={initial} />
  return <input {...common} {...limits} type="text" defaultValue={initial} spellcheck={false} />
}
