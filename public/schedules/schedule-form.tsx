import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Kind } from '../../src/contract/kinds'
import type { ScheduleItem } from '../../src/contract/schedules'
import { ApiError, client, type Fault, messageOf } from '../api'
import { Dialog } from '../components/dialog'
import { Failure } from '../components/empty'
import { fieldsOf, inputOf } from '../jobs/kind-fields'
import { KindFields } from '../jobs/kind-form'
import { useFocus } from '../use-focus'
import { isTimingOf, type Timing, timingFieldsOf, timingOf } from './timing'
import { TimingFieldset } from './timing-fieldset'

interface ScheduleFormProps {
  /** Null for a new one. */
  schedule: ScheduleItem | null
  /** That may be scheduled. */
  kinds: readonly Kind[]
  onSaved(): void
  onClose(): void
}

const FIRST_KIND = 'health-check'

/** Creates or changes a schedule. */
export function ScheduleForm({ schedule, kinds, onSaved, onClose }: ScheduleFormProps) {
  const kindName = useSignal(schedule?.kind ?? FIRST_KIND)
  const timing = useSignal(timingFieldsOf(schedule))
  const problem = useSignal('')
  const faults = useSignal<readonly Fault[]>([])
  const isBusy = useSignal(false)
  const focus = useFocus()
  const kind = kinds.find(({ name }) => name === kindName.value)
  const fields = useMemo(
    () => fieldsOf(kind?.input ?? {}, kind?.name === schedule?.kind ? recordOf(schedule?.input) : {}),
    [kind],
  )

  const save = async (form: FormData) => {
    isBusy.value = true
    try {
      const entered = timingOf(timing.peek())
      if (!entered) throw new Error('Enter when it is due.')
      await write(schedule, { ...ownFieldsOf(form), kind: kindName.peek(), input: inputOf(fields, form) }, entered)
      onSaved()
      onClose()
    } catch (error) {
      problem.value = messageOf(error)
      faults.value = error instanceof ApiError ? error.faults : []
    } finally {
      isBusy.value = false
    }
  }

  return (
    <Dialog title={schedule ? `Schedule ${schedule.name}` : 'New schedule'} onClose={onClose}>
      <form
        class="sql-form"
        onSubmit={event => {
          event.preventDefault()
          void save(new FormData(event.currentTarget))
        }}
      >
        <div class="kind-form">
          <label class="field">
            Name
            <input ref={focus} name="schedule_name" required maxLength={200} defaultValue={schedule?.name ?? ''} />
          </label>
          <label class="field">
            Kind
            <select value={kindName.value} onChange={event => (kindName.value = event.currentTarget.value)}>
              {kinds.map(({ name, label }) => (
                <option key={name} value={name}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        </div>
        <TimingFieldset fields={timing} />
        <Policies schedule={schedule} />
        <section key={kindName.value} class="kind-form" aria-label="Input">
          <KindFields fields={fields} faults={faults.value} />
        </section>
        {problem.value !== '' && <Failure message={problem.value} />}
        <div class="row">
          <span class="spring" />
          <button type="submit" class="primary" disabled={isBusy.value}>
            Save
          </button>
        </div>
      </form>
    </Dialog>
  )
}

const Policies = ({ schedule }: { schedule: ScheduleItem | null }) => (
  <div class="kind-form">
    <label class="field">
      While the last job has not ended
      <select name="schedule_overlap">
        <option value="skip">Skip</option>
        <option value="queue" selected={schedule?.overlap === 'queue'}>
          Create a job all the same
        </option>
      </select>
    </label>
    <label class="field">
      For times that were missed
      <select name="schedule_catch_up">
        <option value="one">Create one job</option>
        <option value="none" selected={schedule?.catch_up === 'none'}>
          Create none
        </option>
      </select>
    </label>
    <label class="field">
      Until (UTC, optional)
      <input name="schedule_until" type="datetime-local" step={1} defaultValue={schedule?.until?.slice(0, 19) ?? ''} />
    </label>
  </div>
)

const recordOf = (input: unknown) => (input ?? {}) as Record<string, unknown>

/** Those whose names cannot be names of the kind's fields. */
function ownFieldsOf(form: FormData) {
  const text = (name: string) => String(form.get(`schedule_${name}`) ?? '').trim()
  const until = text('until')
  return {
    name: text('name'),
    overlap: text('overlap') as ScheduleItem['overlap'],
    catch_up: text('catch_up') as ScheduleItem['catch_up'],
    until: until === '' ? null : new Date(`${until}Z`).toISOString(),
  }
}

type Written = ReturnType<typeof ownFieldsOf> & { kind: string; input: unknown }

/** What is as it was stays out: a timing that is set again would count from now. */
async function write(schedule: ScheduleItem | null, body: Written, timing: Timing) {
  if (!schedule) return client.post('/api/schedules', { body: { ...body, ...timing } })
  const { until, ...rest } = body
  const change = {
    ...rest,
    ...(until !== secondOf(schedule.until) && { until }),
    ...(!isTimingOf(schedule, timing) && timing),
  }
  return client.patch('/api/schedules/{id}', { id: schedule.id, body: change })
}

/** As far as the form shows a time. */
const secondOf = (time: string | null) => time && new Date(`${time.slice(0, 19)}Z`).toISOString()
