import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { formatInZone } from '../../text/times'
import type { Fault } from '../api'
import { Failure } from '../components/empty'
import { Moment } from '../components/time'
import { useFetch } from '../use-fetch'
import { useThrottle } from '../use-throttle'
import { localZone, type Timing, type TimingFields, timingOf } from './timing'

const TYPING_MS = 300

/** Takes the faults of the fields that were entered; none when they are right. */
type OnFaults = (faults: readonly Fault[]) => void

/** A timing in words, and the next five times in its time zone, as it is entered. */
export function TimingPreview({ fields, onFaults }: { fields: TimingFields; onFaults: OnFaults }) {
  const timing = timingOf(fields)
  const asked = useSignal(timing)
  const ask = useThrottle(TYPING_MS, () => (asked.value = timing))
  useEffect(ask, [JSON.stringify(timing)])
  return asked.value && <Preview timing={asked.value} onFaults={onFaults} />
}

function Preview({ timing, onFaults }: { timing: Timing; onFaults: OnFaults }) {
  const { value, problem, faults } = useFetch('/api/schedules/preview', timing)
  useEffect(() => onFaults(faults.value), [faults.value])
  if (faults.value.length > 0) return null // they are shown at their fields
  if (problem.value !== '') return <Failure message={problem.value} />
  const shown = value.value
  if (!shown) return <div class="is-loading" aria-busy="true" />
  const zone = shown.timezone ?? localZone()
  return (
    <section aria-label="Next runs" aria-live="polite">
      <b>{shown.words}</b>
      <ul class="hint">
        {shown.next_times.map(time => (
          <li key={time}>
            <Moment time={time}>{formatInZone(time, zone)}</Moment>
          </li>
        ))}
      </ul>
    </section>
  )
}
