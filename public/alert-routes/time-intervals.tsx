import { useSignal } from '@preact/signals'
import type { AlertRouting } from '../../src/contract/alert-routes'
import { messageOf } from '../api'
import { Dialog } from '../components/dialog'
import { DialogButtons } from '../components/dialog-buttons'
import { Failure } from '../components/empty'
import { localZone } from '../schedules/timing'
import { useFocus } from '../use-focus'
import { emptyInterval, type IntervalTexts, intervalOf, intervalWords, textsOf } from './interval-text'

type Intervals = AlertRouting['time_intervals']

interface TimeIntervalsProps {
  intervals: Intervals
  /** Null for those who may only look. */
  onChange: ((intervals: Intervals) => void) | null
}

/** Named times by which routes are muted. */
export function TimeIntervals({ intervals, onChange }: TimeIntervalsProps) {
  /** The name of what is edited; `''`: a new one. */
  const edited = useSignal<string | null>(null)
  const name = edited.value
  const without = (other: string) => Object.fromEntries(Object.entries(intervals).filter(([each]) => each !== other))
  return (
    <section class="panel" aria-label="Time intervals">
      <header class="row">
        <h2>Time intervals</h2>
        <span class="spacer" />
        {onChange && (
          <button type="button" onClick={() => (edited.value = '')}>
            Add interval
          </button>
        )}
      </header>
      {Object.keys(intervals).length === 0 && (
        <p class="hint">None. Routes can be muted in intervals, or outside of them, such as office hours.</p>
      )}
      <ul class="routing-list">
        {Object.entries(intervals).map(([each, periods]) => (
          <li key={each}>
            <div class="route-what">
              <b>{each}</b>
              {periods.map((period, at) => (
                <p key={at}>{intervalWords(period)}</p>
              ))}
            </div>
            {onChange && (
              <div class="silence-actions">
                <button type="button" aria-label={`Edit ${each}`} onClick={() => (edited.value = each)}>
                  Edit
                </button>
                <button type="button" aria-label={`Delete ${each}`} onClick={() => onChange(without(each))}>
                  Delete
                </button>
              </div>
            )}
          </li>
        ))}
      </ul>
      {onChange && name !== null && (
        <IntervalDialog
          name={name}
          periods={(intervals[name] ?? []).map(textsOf)}
          isTaken={other => other !== name && intervals[other] !== undefined}
          onInterval={(other, periods) => onChange({ ...without(name), [other]: periods })}
          onClose={() => (edited.value = null)}
        />
      )}
    </section>
  )
}

interface IntervalDialogProps {
  name: string
  periods: readonly IntervalTexts[]
  isTaken(name: string): boolean
  onInterval(name: string, periods: Intervals[string]): void
  onClose(): void
}

const FIELDS: ReadonlyArray<readonly [name: keyof IntervalTexts, label: string, hint: string]> = [
  ['times', 'Times', '09:00-17:00, 18:00-24:00'],
  ['weekdays', 'Weekdays', 'monday:friday, sunday'],
  ['days_of_month', 'Days of the month', '1:5, -1'],
  ['months', 'Months', 'december, 1:3'],
  ['years', 'Years', '2026:2028'],
  ['location', 'Time zone', 'UTC'],
]

function IntervalDialog({ name, periods, isTaken, onInterval, onClose }: IntervalDialogProps) {
  const fresh = () => ({ ...emptyInterval(), location: localZone() })
  const texts = useSignal(periods.length > 0 ? periods : [fresh()])
  const problem = useSignal('')
  const input = useFocus()
  const accept = () => {
    try {
      const given = input.current?.value.trim() ?? ''
      if (isTaken(given)) throw new Error(`There is an interval ${given} already.`)
      onInterval(given, texts.value.map(intervalOf))
      onClose()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const set = (at: number, field: keyof IntervalTexts, text: string) => {
    texts.value = texts.value.map((each, index) => (index === at ? { ...each, [field]: text } : each))
  }
  return (
    <Dialog title={name === '' ? 'New time interval' : `Time interval ${name}`} onClose={onClose}>
      <form
        class="sql-form silence-form"
        onSubmit={event => {
          event.preventDefault()
          accept()
        }}
      >
        <label class="field">
          Name
          <input ref={input} required maxLength={200} defaultValue={name} />
        </label>
        <p class="hint">All that is entered in a period must hold; one of the periods is enough. Empty: any.</p>
        {texts.value.map((period, at) => (
          <fieldset key={at} class="interval-period">
            <legend>Period {at + 1}</legend>
            <div class="kind-form">
              {FIELDS.map(([field, label, hint]) => (
                <label key={field} class="field">
                  {label}
                  <input
                    value={period[field]}
                    placeholder={hint}
                    spellcheck={false}
                    onInput={event => set(at, field, event.currentTarget.value)}
                  />
                </label>
              ))}
            </div>
            {texts.value.length > 1 && (
              <button
                type="button"
                class="quiet"
                onClick={() => (texts.value = texts.value.filter((_, index) => index !== at))}
              >
                Remove period {at + 1}
              </button>
            )}
          </fieldset>
        ))}
        <div>
          <button type="button" class="quiet" onClick={() => (texts.value = [...texts.value, fresh()])}>
            Add period
          </button>
        </div>
        {problem.value !== '' && <Failure message={problem.value} />}
        <DialogButtons action="Use" onClose={onClose} />
      </form>
    </Dialog>
  )
}
