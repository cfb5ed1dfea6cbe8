import type { ComponentChildren } from 'preact'
import { RULE_TYPES, SEVERITIES } from '../../src/contract/values'
import { ofType, type RuleDraft } from './draft'
import { MonitorChoice } from './monitor-choice'
import { RULE_TYPE_INFO } from './rule-types'

interface RuleFieldsProps {
  draft: RuleDraft
  /** The type of a rule that exists cannot be changed. */
  isNew: boolean
  onChange(change: Partial<RuleDraft>): void
}

/** What a rule watches, and when it fires. */
export function RuleFields({ draft, isNew, onChange: set }: RuleFieldsProps) {
  const { title, threshold, min, max, hasWindow, hasPercentile, hint } = RULE_TYPE_INFO[draft.type]
  return (
    <>
      {isNew && (
        <fieldset class="chips" aria-label="Type">
          {RULE_TYPES.map(type => (
            <button key={type} type="button" aria-pressed={draft.type === type} onClick={() => set(ofType(type))}>
              {RULE_TYPE_INFO[type].title}
            </button>
          ))}
        </fieldset>
      )}
      <p class="hint">
        {!isNew && <b>{title}. </b>}
        {hint}
      </p>
      <div class="kind-form">
        <label class="field">
          Name, also of its alerts
          <input
            required
            maxLength={200}
            value={draft.name}
            onInput={event => set({ name: event.currentTarget.value })}
          />
        </label>
        <NumberField
          label={threshold}
          {...{ min, ...(max !== undefined && { max }) }}
          value={draft.threshold}
          onChange={value => set({ threshold: value })}
        />
        {hasPercentile && (
          <NumberField
            label="Percentile"
            min={1}
            max={99.9}
            value={draft.percentile}
            onChange={percentile => set({ percentile })}
          />
        )}
        {hasWindow && (
          <NumberField
            label="Within, in seconds"
            min={1}
            max={86_400}
            value={draft.windowSeconds}
            onChange={windowSeconds => set({ windowSeconds })}
          />
        )}
        <Choice
          label="Severity"
          value={draft.severity}
          options={SEVERITIES.map(each => [each, each])}
          onChange={severity => set({ severity })}
        />
        <Choice
          label="Monitors"
          value={draft.scope}
          options={[
            ['all', 'all'],
            ['labels', 'with labels'],
            ['ids', 'chosen ones'],
          ]}
          onChange={scope => set({ scope })}
        >
          {draft.scope === 'labels' && (
            <input
              aria-label="Labels they must have"
              placeholder="team=web, tier=1"
              required
              spellcheck={false}
              value={draft.labels}
              onInput={event => set({ labels: event.currentTarget.value })}
            />
          )}
        </Choice>
      </div>
      {draft.scope === 'ids' && <MonitorChoice ids={draft.ids} onChange={ids => set({ ids })} />}
    </>
  )
}

interface NumberFieldProps {
  label: string
  min: number
  max?: number
  value: string
  onChange(value: string): void
}

const NumberField = ({ label, min, max, value, onChange }: NumberFieldProps) => (
  <label class="field">
    {label}
    <input
      type="number"
      step="any"
      required
      {...{ min, ...(max !== undefined && { max }) }}
      value={value}
      onInput={event => onChange(event.currentTarget.value)}
    />
  </label>
)

interface ChoiceProps<Value extends string> {
  label: string
  value: Value
  options: ReadonlyArray<readonly [Value, string]>
  onChange(value: Value): void
  children?: ComponentChildren
}

const Choice = <Value extends string>({ label, value, options, onChange, children }: ChoiceProps<Value>) => (
  <div class="field">
    <label class="field">
      {label}
      <select
        value={value}
        onChange={event => {
          const chosen = options.find(([each]) => each === event.currentTarget.value)
          if (chosen) onChange(chosen[0])
        }}
      >
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
    {children}
  </div>
)
