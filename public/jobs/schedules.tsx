import type { QueueSchedule } from '../../src/contract/queues'
import { formatDuration, formatUtc } from '../../text/times'
import { now } from '../clock'
import { Ago } from '../components/time'

/** The schedules of a queue: their timing, next and last run, and whether they are overdue. */
export function Schedules({ schedules }: { schedules: QueueSchedule[] }) {
  if (schedules.length === 0) return null
  return (
    <section class="panel" aria-label="Schedules">
      <h2>Schedules</h2>
      <ul class="lines">
        {schedules.map(schedule => (
          <li key={schedule.id}>
            <b>{schedule.name}</b>
            <span class="hint">{timingOf(schedule)}</span>
            <span class="spacer" />
            {isOverdue(schedule) && (
              <span class="badge is-bad">overdue by {formatDuration(schedule.overdue_seconds * 1_000)}</span>
            )}
            <span title={schedule.next_at ? formatUtc(schedule.next_at) : undefined}>{nextOf(schedule)}</span>
            {schedule.last_at && (
              <span class="hint">
                last{' '}
                {schedule.last_job_id ? (
                  <a href={`/jobs/${schedule.last_job_id}`}>
                    <Ago time={schedule.last_at} />
                  </a>
                ) : (
                  <Ago time={schedule.last_at} />
                )}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** A short delay is normal. */
const OVERDUE_SECONDS_MIN = 10

export const isOverdue = ({ overdue_seconds, every_ms }: QueueSchedule) =>
  overdue_seconds > Math.max(OVERDUE_SECONDS_MIN, (2 * (every_ms ?? 0)) / 1_000)

const timingOf = ({ every_ms, cron, timezone }: QueueSchedule) =>
  every_ms === null ? `at ${cron}${timezone ? ` (${timezone})` : ''}` : `every ${formatDuration(every_ms)}`

function nextOf({ next_at }: QueueSchedule) {
  if (next_at === null) return 'not scheduled'
  const ms = Date.parse(next_at) - now.value
  return ms > 0 ? `next in ${formatDuration(ms)}` : 'due now'
}
