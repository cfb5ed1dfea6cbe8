import { useSignal } from '@preact/signals'
import type { Occurrence } from '../../src/contract/alerts'
import { counted } from '../../text/numbers'
import { formatDateTime, formatDuration } from '../../text/times'
import { now } from '../clock'

const DAY_MS = 86_400_000
const SPANS = [
  { name: '1 d', ms: DAY_MS },
  { name: '7 d', ms: 7 * DAY_MS },
  { name: '30 d', ms: 30 * DAY_MS },
] as const
const TICKS = 6

/** When an alert fired in the last days. */
export function FiringStrip({ occurrences }: { occurrences: readonly Occurrence[] }) {
  const span = useSignal(7 * DAY_MS)
  const to = now.value
  const from = to - span.value
  const shown = occurrences
    .map(occurrence => ({ occurrence, start: Date.parse(occurrence.starts_at), end: endOf(occurrence, to) }))
    .filter(({ end }) => end >= from)
  const firedMs = shown.reduce((sum, { start, end }) => sum + end - Math.max(from, start), 0)
  const words = `${counted(shown.length, 'time')}, ${shown.length > 0 ? `${formatDuration(firedMs)} altogether` : 'never'}`
  return (
    <section class="panel firing" aria-label="When it fired">
      <header class="row">
        <h2>When it fired</h2>
        <span class="hint">{words}</span>
        <span class="spacer" />
        <fieldset class="chips" aria-label="Span">
          {SPANS.map(({ name, ms }) => (
            <button key={ms} type="button" aria-pressed={span.value === ms} onClick={() => (span.value = ms)}>
              {name}
            </button>
          ))}
        </fieldset>
      </header>
      <div class="firing-strip" role="img" aria-label={`Fired ${words}`}>
        {shown.map(({ occurrence, start, end }) => (
          <span
            key={occurrence.id}
            class={`firing-part${occurrence.resolved_at === null ? ' is-open' : ''}`}
            style={{ left: `${share(Math.max(from, start))}%`, width: `${share(end) - share(Math.max(from, start))}%` }}
            title={`${formatDateTime(start)}, for ${formatDuration(end - start)}`}
          />
        ))}
      </div>
      <div class="firing-ticks" aria-hidden="true">
        {Array.from({ length: TICKS + 1 }, (_, at) => (
          <span key={at}>{at === TICKS ? 'now' : tick(from + (span.value * at) / TICKS, span.value)}</span>
        ))}
      </div>
    </section>
  )

  function share(time: number) {
    return ((time - from) / span.value) * 100
  }
}

const endOf = ({ resolved_at }: Occurrence, now: number) =>
  resolved_at === null ? now : Math.min(now, Date.parse(resolved_at))

const tick = (time: number, spanMs: number) =>
  spanMs > DAY_MS ? formatDateTime(time).slice(5, 10) : formatDateTime(time).slice(11)
