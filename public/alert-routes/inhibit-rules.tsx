import { useSignal } from '@preact/signals'
import type { InhibitRule } from '../../src/contract/alert-routes'
import type { Matcher } from '../../src/contract/matchers'
import { matcherText } from '../alerts/matcher-text'
import type { LabelValues } from '../alerts/suggestions'
import { Dialog } from '../components/dialog'
import { DialogButtons } from '../components/dialog-buttons'
import { matchersOf, rowsOf } from '../silences/draft'
import { MatchersEditor } from '../silences/matchers-editor'
import { useFocus } from '../use-focus'
import { labelsIn } from './route-draft'

interface InhibitRulesProps {
  rules: readonly InhibitRule[]
  labels: readonly LabelValues[]
  /** Null for those who may only look. */
  onChange: ((rules: InhibitRule[]) => void) | null
}

/** Which alerts keep others from being notified. */
export function InhibitRules({ rules, labels, onChange }: InhibitRulesProps) {
  /** The index of the rule that is edited; -1: a new one. */
  const edited = useSignal<number | null>(null)
  const at = edited.value
  return (
    <section class="panel" aria-label="Inhibition rules">
      <header class="row">
        <h2>Inhibition rules</h2>
        <span class="spacer" />
        {onChange && (
          <button type="button" onClick={() => (edited.value = -1)}>
            Add rule
          </button>
        )}
      </header>
      {rules.length === 0 && (
        <p class="hint">
          None. A rule mutes the consequences while their cause fires, such as warnings of a host that is down.
        </p>
      )}
      <ul class="routing-list">
        {rules.map((rule, index) => (
          <li key={index}>
            <div class="route-what">
              {rule.name && <b>{rule.name}</b>}
              <p>
                While <Matchers matchers={rule.source_matchers} /> fires, <Matchers matchers={rule.target_matchers} />{' '}
                {rule.equal.length > 0 && (
                  <>
                    with the same <code>{rule.equal.join(', ')}</code>{' '}
                  </>
                )}
                is not notified.
              </p>
            </div>
            {onChange && (
              <div class="silence-actions">
                <button type="button" aria-label={`Edit rule ${index + 1}`} onClick={() => (edited.value = index)}>
                  Edit
                </button>
                <button
                  type="button"
                  aria-label={`Delete rule ${index + 1}`}
                  onClick={() => onChange(rules.filter((_, each) => each !== index))}
                >
                  Delete
                </button>
              </div>
            )}
          </li>
        ))}
      </ul>
      {onChange && at !== null && (
        <RuleDialog
          rule={rules[at] ?? { source_matchers: [], target_matchers: [], equal: [] }}
          isNew={at < 0}
          labels={labels}
          onRule={rule =>
            onChange(at < 0 ? [...rules, rule] : rules.map((each, index) => (index === at ? rule : each)))
          }
          onClose={() => (edited.value = null)}
        />
      )}
    </section>
  )
}

const Matchers = ({ matchers }: { matchers: readonly Matcher[] }) =>
  matchers.length === 0 ? (
    <i>any alert</i>
  ) : (
    matchers.map(matcherText).map(text => (
      <code key={text} class="tag">
        {text}
      </code>
    ))
  )

interface RuleDialogProps {
  rule: InhibitRule
  isNew: boolean
  labels: readonly LabelValues[]
  onRule(rule: InhibitRule): void
  onClose(): void
}

function RuleDialog({ rule, isNew, labels, onRule, onClose }: RuleDialogProps) {
  const source = useSignal(rowsOf(rule.source_matchers))
  const target = useSignal(rowsOf(rule.target_matchers))
  const name = useFocus()
  return (
    <Dialog title={isNew ? 'New inhibition rule' : 'Inhibition rule'} onClose={onClose}>
      <form
        class="sql-form silence-form"
        onSubmit={event => {
          event.preventDefault()
          const given = name.current?.value.trim() ?? ''
          const equal = labelsIn(String(new FormData(event.currentTarget).get('equal')))
          onRule({
            ...(given !== '' && { name: given }),
            source_matchers: matchersOf(source.value),
            target_matchers: matchersOf(target.value),
            equal,
          })
          onClose()
        }}
      >
        <label class="field">
          Name (optional)
          <input ref={name} maxLength={200} defaultValue={rule.name ?? ''} />
        </label>
        <h3>The cause: while an alert fires with</h3>
        <MatchersEditor rows={source} labels={labels} faults={[]} />
        <h3>its consequences are not notified: alerts with</h3>
        <MatchersEditor rows={target} labels={labels} faults={[]} />
        <label class="field">
          that have the same values of these labels
          <input name="equal" defaultValue={rule.equal.join(', ')} placeholder="cluster, instance" spellcheck={false} />
        </label>
        <DialogButtons action="Use" onClose={onClose} />
      </form>
    </Dialog>
  )
}
