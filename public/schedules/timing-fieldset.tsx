import { type Signal, useSignal } from '@preact/signals'
import type { Fault } from '../api'
import { localZone, type TimingFields, UNIT_NAMES, type Unit } from './timing'
import { TimingPreview } from './timing-preview'

/** Every IANA zone that the browser knows. */
const zones = () => Intl.supportedValuesOf('timeZone')

/** When a schedule is due: an interval or a cron expression, and what that means. */
export function TimingFieldset({ fields }: { fields: Signal<TimingFields> }) {
  const { mode } = fields.value
  const faults = useSignal<readonly Fault[]>([])
  const set = (change: Partial<TimingFields>) => {
    fields.value = { ...fields.peek(), ...change }
  }
  return (
    <>
      <fieldset class="chips" aria-label="Timing">
        <button type="button" aria-pressed={mode === 'cron'} onClick={() => set({ mode: 'cron' })}>
          Cron expression
        </button>
        <button type="button" aria-pressed={mode === 'interval'} onClick={() => set({ mode: 'interval' })}>
          Interval
        </button>
      </fieldset>
      <div class="kind-form">
        {mode === 'cron' ? (
          <CronFields value={fields.value} set={set} faults={faults.value} />
        ) : (
          <IntervalFields {...{ fields, set }} faults={faults.value} />
        )}
      </div>
      <TimingPreview fields={fields.value} onFaults={found => (faults.value = found)} />
    </>
  )
}

interface FieldsProps {
  fields: Signal<TimingFields>
  set(change: Partial<TimingFields>): void
  faults: readonly Fault[]
}

interface FieldFaultProps {
  faults: readonly Fault[]
  /** Of the request: `cron`. */
  name: string
}

/** What is wrong with a field, which is described by it. */
function FieldFault({ faults, name }: FieldFaultProps) {
  const fault = faults.find(({ path }) => path.endsWith(`.${name}`))
  return (
    <span id={`fault-${name}`} class="field-fault" role="alert">
      {fault?.message}
    </span>
  )
}

interface CronFieldsProps {
  value: Pick<TimingFields, 'cron' | 'timezone'>
  set(change: Partial<Pick<TimingFields, 'cron' | 'timezone'>>): void
  faults: readonly Fault[]
}

/** A cron expression and its time zone. */
export const CronFields = ({ value, set, faults }: CronFieldsProps) => (
  <>
    <label class="field">
      Cron expression
      <input
        value={value.cron}
        required
        maxLength={200}
        spellcheck={false}
        placeholder="minute hour day month weekday"
        aria-describedby="fault-cron"
        onInput={event => set({ cron: event.currentTarget.value })}
      />
      <FieldFault faults={faults} name="cron" />
    </label>
    <label class="field">
      Time zone
      <input
        value={value.timezone}
        list="time-zones"
        maxLength={100}
        spellcheck={false}
        placeholder={localZone()}
        aria-describedby="fault-timezone"
        onInput={event => set({ timezone: event.currentTarget.value })}
      />
      <FieldFault faults={faults} name="timezone" />
      <datalist id="time-zones">
        {zones().map(zone => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </label>
  </>
)

const IntervalFields = ({ fields: { value }, set, faults }: FieldsProps) => (
  <>
    <label class="field">
      Every
      <input
        type="number"
        value={value.count}
        min={1}
        step={1}
        required
        aria-describedby="fault-every_seconds"
        onInput={event => set({ count: event.currentTarget.value })}
      />
      <FieldFault faults={faults} name="every_seconds" />
    </label>
    <label class="field">
      Unit
      <select value={value.unit} onChange={event => set({ unit: event.currentTarget.value as Unit })}>
        {UNIT_NAMES.map(unit => (
          <option key={unit}>{unit}</option>
        ))}
      </select>
    </label>
  </>
)
