import type { ScheduleItem, SkipReason } from '../../src/contract/schedules'
import { formatDuration } from '../../text/times'
import { client } from '../api'
import { now } from '../clock'
import { ConfirmButton } from '../components/confirm-button'
import { Status } from '../components/status'
import { Ago, Moment } from '../components/time'
import { once } from '../once'
import { isOperator } from '../session'

interface ScheduleRowProps {
  schedule: ScheduleItem
  /** Of its kind. */
  label: string
  /** Reports whether it was refused. */
  onChange(work: Promise<unknown>): void
  /** After a change that was made. */
  onChanged(): void
  onEdit(): void
}

/** A schedule of the list. */
export function ScheduleRow({ schedule, label, onChange, onChanged, onEdit }: ScheduleRowProps) {
  const { name, system, words, timezone } = schedule
  return (
    <tr>
      <td class="wide">
        <b>{name}</b>
        {system && <span class="badge">system</span>}
        <p class="hint">{label}</p>
      </td>
      <td class="wide">
        {words}
        {timezone && <p class="hint">{timezone}</p>}
      </td>
      <td>
        <NextRun schedule={schedule} />
      </td>
      <td>
        <LastRun schedule={schedule} />
      </td>
      <td class="row">
        {isOperator.value && !system && (
          <Actions schedule={schedule} onChange={onChange} onChanged={onChanged} onEdit={onEdit} />
        )}
      </td>
    </tr>
  )
}

/** A tick that is a moment late is no fault. */
const LATE_SECONDS = 10

function NextRun({ schedule: { state, next_at, overdue_seconds, until } }: { schedule: ScheduleItem }) {
  if (next_at === null) return <span class="badge">{state}</span>
  const ms = Date.parse(next_at) - now.value
  return (
    <>
      <Moment time={next_at}>{ms >= 1_000 ? `in ${formatDuration(ms)}` : 'now'}</Moment>
      {overdue_seconds > LATE_SECONDS && (
        <span class="badge is-bad">overdue by {formatDuration(overdue_seconds * 1_000)}</span>
      )}
      {until && (
        <p class="hint">
          until <Ago time={until} />
        </p>
      )}
    </>
  )
}

const SKIPPED: Record<SkipReason, string> = {
  overlap: 'the last job had not ended',
  missed: 'nothing ran at that time',
  duplicate: 'an open job does the same',
  too_many_open: 'too many of its jobs are open',
  invalid_input: 'the kind does not take this input',
}

function LastRun({ schedule: { last_at, last_job_id, last_job_status, last_skip } }: { schedule: ScheduleItem }) {
  return (
    <>
      {last_job_id && last_job_status && (
        <a href={`/jobs/${last_job_id}`}>
          <Status status={last_job_status} />
        </a>
      )}{' '}
      <Ago time={last_at} />
      {last_skip && (
        <p class="hint">
          skipped <Ago time={last_skip.at} />: {SKIPPED[last_skip.reason]}
        </p>
      )}
    </>
  )
}

/** Also when it is clicked again before the answer, or because no answer came, this creates one job. */
const run = (id: string) => once({ run: id }, headers => client.post('/api/schedules/{id}/run', { id, headers }))

function Actions({ schedule, onChange, onChanged, onEdit }: Omit<ScheduleRowProps, 'label'>) {
  const { id, name, state, enabled } = schedule
  const remove = async (reason: string) => {
    await client.delete('/api/schedules/{id}', { id, reason })
    onChanged()
  }
  const pause = async (reason: string) => {
    await client.patch('/api/schedules/{id}', { id, body: { enabled: false, reason } })
    onChanged()
  }
  return (
    <>
      {state !== 'ended' && enabled && (
        <ConfirmButton
          label="Pause"
          confirmLabel={`Pause ${name}`}
          effect="No jobs are created until the schedule is resumed."
          done={`Schedule ${name} paused`}
          onConfirm={pause}
        />
      )}
      {state !== 'ended' && !enabled && (
        <button
          type="button"
          onClick={() => onChange(client.patch('/api/schedules/{id}', { id, body: { enabled: true } }))}
        >
          Resume
        </button>
      )}
      {/* Not for the second click of a double click. */}
      <button type="button" onClick={event => event.detail < 2 && onChange(run(id))}>
        Run now
      </button>
      <button type="button" onClick={onEdit}>
        Change
      </button>
      <ConfirmButton
        label="Delete"
        confirmLabel={`Delete ${name}`}
        effect="No more jobs are created. Jobs that it has created are kept."
        done={`Schedule ${name} deleted`}
        onConfirm={remove}
      />
    </>
  )
}
