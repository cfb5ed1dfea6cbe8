import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { formatInZone } from '../../text/times'
import { Failure } from '../components/empty'
import { useFetch } from '../use-fetch'
import { useThrottle } from '../use-throttle'
import { localZone, type Timing, type TimingFields, timingOf } from './timing'

const TYPING_MS = 300

/** A timing in words, and the next five times in its time zone, as it is entered. */
export function TimingPreview({ fields }: { fields: TimingFields }) {
  const timing = timingOf(fields)
  const asked = useSignal(timing)
  const ask = useThrottle(TYPING_MS, () => (asked.value = timing))
  useEffect(ask, [JSON.stringify(timing)])
  return asked.value && <Preview timing={asked.value} />
}

function Preview({ timing }: { timing: Timing }) {
  const { value, problem } = useFetch('/api/schedules/preview', timing)
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
            <time dateTime={time} title={time}>
              {formatInZone(time, zone)}
            </time>
          </li>
        ))}
      </ul>
    </section>
  )
}
