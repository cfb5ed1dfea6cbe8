import type { Signal } from '@preact/signals'
import { MATCHER_OPS } from '../../src/contract/values'
import type { LabelValues } from '../alerts/suggestions'
import type { Fault } from '../api'
import { emptyRow, type MatcherRow, matchersOf, opOf } from './draft'

interface MatchersEditorProps {
  rows: Signal<MatcherRow[]>
  /** For completion. */
  labels: readonly LabelValues[]
  faults: readonly Fault[]
}

const OP_WORDS: Record<string, string> = { '=': 'is', '!=': 'is not', '=~': 'matches', '!~': 'does not match' }

/** Matchers, all of which must hold. */
export function MatchersEditor({ rows, labels, faults }: MatchersEditorProps) {
  const change = (key: number, next: Partial<MatcherRow>) => {
    rows.value = rows.value.map(row => (row.key === key ? { ...row, ...next } : row))
  }
  const remove = (key: number) => {
    const left = rows.value.filter(row => row.key !== key)
    rows.value = left.length > 0 ? left : [emptyRow()]
  }
  return (
    <fieldset class="matchers-editor">
      <legend>Matchers, all of which must hold</legend>
      {rows.value.map((row, at) => (
        <MatcherFields
          key={row.key}
          {...{ row, labels }}
          number={at + 1}
          fault={faultOf(faults, matchersOf(rows.value.slice(0, at)).length)}
          onChange={next => change(row.key, next)}
          onRemove={() => remove(row.key)}
        />
      ))}
      <datalist id="matcher-names">
        {labels.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <button type="button" class="quiet" onClick={() => (rows.value = [...rows.value, emptyRow()])}>
        Add matcher
      </button>
      <FieldFault text={faults.find(({ path }) => /\.matchers$/.test(path))?.message} />
    </fieldset>
  )
}

/** Of the matcher at an index of the request: `body.matchers[2].value` or `body.matchers.2.value`. */
const faultOf = (faults: readonly Fault[], index: number) =>
  faults.find(({ path }) => new RegExp(String.raw`\.matchers(\[${index}\]|\.${index})(\.|$)`).test(path))?.message

const FieldFault = ({ text = '' }: { text?: string | undefined }) => (
  <span class="field-fault" role="alert">
    {text}
  </span>
)

interface MatcherFieldsProps {
  row: MatcherRow
  labels: readonly LabelValues[]
  number: number
  fault: string | undefined
  onChange(change: Partial<MatcherRow>): void
  onRemove(): void
}

function MatcherFields({ row, labels, number, fault, onChange, onRemove }: MatcherFieldsProps) {
  const values = labels.find(({ name }) => name === row.name)?.values ?? []
  const list = `matcher-values-${row.key}`
  return (
    <div class="matcher-fields">
      <input
        aria-label={`Label of matcher ${number}`}
        placeholder="label"
        list="matcher-names"
        maxLength={1_024}
        spellcheck={false}
        value={row.name}
        onInput={event => onChange({ name: event.currentTarget.value })}
      />
      <select
        aria-label={`Operator of matcher ${number}`}
        value={row.op}
        onChange={event => onChange({ op: opOf(event.currentTarget.value) })}
      >
        {MATCHER_OPS.map(op => (
          <option key={op} value={op}>
            {op} {OP_WORDS[op]}
          </option>
        ))}
      </select>
      <input
        aria-label={`Value of matcher ${number}`}
        placeholder={row.op.includes('~') ? 'regular expression' : 'value'}
        list={list}
        maxLength={4_096}
        spellcheck={false}
        value={row.value}
        onInput={event => onChange({ value: event.currentTarget.value })}
      />
      <datalist id={list}>
        {values.map(({ value }) => (
          <option key={value} value={value} />
        ))}
      </datalist>
      <button type="button" class="quiet icon" aria-label={`Remove matcher ${number}`} onClick={onRemove}>
        ×
      </button>
      <FieldFault text={fault} />
    </div>
  )
}
