import { faultOf } from '../monitors/faults'
import type { FormPartProps } from './form-part'
import { SCOPES } from './words'

/** Where it starts, and which pages belong to it. */
export function SeedFields({ draft, faults }: FormPartProps) {
  const { seeds, scope } = draft.value
  const fault = faultOf(faults, 'seeds')
  const scopeFault = faultOf(faults, 'scope.type')
  return (
    <section class="panel" aria-label="What is crawled">
      <label class="field">
        Start addresses, one per line
        <textarea
          name="seeds"
          rows={2}
          required
          spellcheck={false}
          placeholder="https://example.org/"
          value={seeds}
          aria-invalid={fault !== undefined}
          aria-describedby="fault-seeds"
          onInput={event => (draft.value = { ...draft.peek(), seeds: event.currentTarget.value })}
        />
        <span id="fault-seeds" class="field-fault" role="alert">
          {fault}
        </span>
      </label>
      <fieldset class="scopes">
        <legend>Which pages are fetched</legend>
        {SCOPES.map(([type, title, meaning]) => (
          <label key={type} class="scope-choice">
            <input
              type="radio"
              name="scope"
              value={type}
              checked={scope === type}
              onChange={() => (draft.value = { ...draft.peek(), scope: type })}
            />
            <span>
              <b>{title}</b> <span class="hint">{meaning}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {scopeFault && (
        <span class="field-fault" role="alert">
          {scopeFault}
        </span>
      )}
    </section>
  )
}
