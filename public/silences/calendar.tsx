import { useSignal } from '@preact/signals'
import type { MaintenanceWindow } from '../../src/contract/silences'
import { formatClock, formatDate, formatDateTime } from '../../text/times'
import { now } from '../clock'
import { addDays, type Day, type DayPart, daysFrom, startOfWeek } from './calendar-days'
import { useOpenings } from './use-openings'

const WEEK_DAYS = 7
const MONTH_DAYS = 35
/** Openings that a day of the month shows. */
const SHOWN_MAX = 3

/** When maintenance windows are open from today on, in local time: a week by hours, or five weeks by days. */
export function Calendar({ windows }: { windows: readonly MaintenanceWindow[] }) {
  const span = useSignal<'week' | 'month'>('week')
  /** Pages after the first one. */
  const offset = useSignal(0)
  const isWeek = span.value === 'week'
  const today = addDays(now.value, 0)
  const count = isWeek ? WEEK_DAYS : MONTH_DAYS
  const start = addDays(isWeek ? today : startOfWeek(today), offset.value * count)
  const { openings, partial } = useOpenings(windows, addDays(start, count))
  const days = daysFrom(start, count, openings)
  const show = (next: 'week' | 'month') => {
    span.value = next
    offset.value = 0
  }
  return (
    <section class="calendar" aria-label="Calendar">
      <header class="row">
        <fieldset class="chips" aria-label="Span">
          <button type="button" aria-pressed={isWeek} onClick={() => show('week')}>
            Week
          </button>
          <button type="button" aria-pressed={!isWeek} onClick={() => show('month')}>
            Month
          </button>
        </fieldset>
        <b class="calendar-range" aria-live="polite">
          {dayName(start)} – {dayName(addDays(start, count - 1))}
        </b>
        <span class="spacer" />
        <button type="button" aria-label="Earlier" disabled={offset.value === 0} onClick={() => (offset.value -= 1)}>
          ‹
        </button>
        <button type="button" aria-label="Later" onClick={() => (offset.value += 1)}>
          ›
        </button>
      </header>
      {isWeek ? <Week days={days} today={today} /> : <Month days={days} today={today} />}
      <p class="hint">
        Local time, from now on.
        {partial.length > 0 && ` Only the next times are drawn of ${partial.join(', ')}.`}
      </p>
    </section>
  )
}

const DAYS = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })
const dayName = (time: number) => DAYS.format(time)
const DAY_NAMES = new Intl.DateTimeFormat('en', { weekday: 'short' })

const wordsOf = ({ opening: { window, from, to } }: DayPart) =>
  `${window.name}: ${formatDateTime(from)} to ${formatDateTime(to)}${window.enabled ? '' : ' (switched off)'}`

interface DaysProps {
  days: readonly Day[]
  /** Midnight before now. */
  today: number
}

const HOURS = [0, 6, 12, 18] as const

function Week({ days, today }: DaysProps) {
  return (
    <div class="calendar-week">
      <div class="calendar-hours" aria-hidden="true">
        {HOURS.map(hour => (
          <span key={hour} style={{ top: `${(hour / 24) * 100}%` }}>
            {String(hour).padStart(2, '0')}:00
          </span>
        ))}
      </div>
      {days.map(day => (
        <section
          key={day.from}
          class={`calendar-day${day.from === today ? ' is-today' : ''}`}
          aria-label={formatDate(day.from)}
        >
          <h3>
            {DAY_NAMES.format(day.from)} <span>{new Date(day.from).getDate()}</span>
          </h3>
          <div class="calendar-track">
            {day.parts.map(part => (
              <Bar key={`${part.opening.window.id} ${part.from}`} day={day} part={part} />
            ))}
            {day.from === today && (
              <span
                class="calendar-now"
                aria-hidden="true"
                style={{ top: `${((now.value - day.from) / (day.to - day.from)) * 100}%` }}
              />
            )}
          </div>
        </section>
      ))}
    </div>
  )
}

function Bar({ day, part }: { day: Day; part: DayPart }) {
  const { opening, from, to, lane, lanes } = part
  const whole = day.to - day.from
  const place = {
    top: `${((from - day.from) / whole) * 100}%`,
    height: `${((to - from) / whole) * 100}%`,
    left: `${(lane / lanes) * 100}%`,
    width: `${100 / lanes}%`,
  }
  return (
    <a
      class={`calendar-bar${opening.window.enabled ? '' : ' is-off'}`}
      href={`#window-${opening.window.id}`}
      style={place}
      title={wordsOf(part)}
      aria-label={wordsOf(part)}
    >
      <span>{opening.window.name}</span>
    </a>
  )
}

function Month({ days, today }: DaysProps) {
  return (
    <div class="calendar-month">
      {days.map(day => (
        <section
          key={day.from}
          class={`calendar-cell${day.from === today ? ' is-today' : ''}`}
          aria-label={formatDate(day.from)}
        >
          <h3>
            <span class="calendar-weekday">{DAY_NAMES.format(day.from)}</span> {new Date(day.from).getDate()}
          </h3>
          {day.parts.slice(0, SHOWN_MAX).map(part => (
            <a
              key={`${part.opening.window.id} ${part.from}`}
              class={`calendar-entry${part.opening.window.enabled ? '' : ' is-off'}`}
              href={`#window-${part.opening.window.id}`}
              title={wordsOf(part)}
            >
              <span class="calendar-entry-time">{formatClock(part.from)}</span> {part.opening.window.name}
            </a>
          ))}
          {day.parts.length > SHOWN_MAX && <span class="hint">+{day.parts.length - SHOWN_MAX}</span>}
        </section>
      ))}
    </div>
  )
}
