import { useSignal } from '@preact/signals'
import type { Occurrence } from '../../src/contract/alerts'
import { counted } from '../../text/numbers'
import { formatDateTime, formatDuration } from '../../text/times'
import { now } from '../clock'

const DAY_MS = 86_400_000
const SPANS = [
  { name: '1 d', ms: DAY_MS, ticks: 6 },
  { name: '7 d', ms: 7 * DAY_MS, ticks: 7 },
  { name: '30 d', ms: 30 * DAY_MS, ticks: 6 },
] as const

/** As narrow as a part gets, in css/alert.css: one that has just begun must not be beyond the end. */
const PART_PX = 2

/** When an alert fired in the last days. */
export function FiringStrip({ occurrences }: { occurrences: readonly Occurrence[] }) {
  const chosen = useSignal<(typeof SPANS)[number]>(SPANS[1])
  const { ms: spanMs, ticks } = chosen.value
  const to = now.value
  const from = to - spanMs
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
          {SPANS.map(span => (
            <button
              key={span.ms}
              type="button"
              aria-pressed={span === chosen.value}
              onClick={() => (chosen.value = span)}
            >
              {span.name}
            </button>
          ))}
        </fieldset>
      </header>
      <div class="firing-strip" role="img" aria-label={`Fired ${words}`}>
        {shown.map(({ occurrence, start, end }) => (
          <span
            key={occurrence.id}
            class={`firing-part${occurrence.resolved_at === null ? ' is-open' : ''}`}
            style={{
              left: `min(${share(Math.max(from, start))}%, 100% - ${PART_PX}px)`,
              width: `${share(end) - share(Math.max(from, start))}%`,
            }}
            title={`${formatDateTime(start)}, for ${formatDuration(end - start)}`}
          />
        ))}
      </div>
      <div class="firing-ticks" aria-hidden="true">
        {Array.from({ length: ticks + 1 }, (_, at) => (
          <span key={at}>{at === ticks ? 'now' : tick(from + (spanMs * at) / ticks, spanMs)}</span>
        ))}
      </div>
    </section>
  )

  function share(time: number) {
    return ((time - from) / spanMs) * 100
  }
}

const endOf = ({ resolved_at }: Occurrence, now: number) =>
  resolved_at === null ? now : Math.min(now, Date.parse(resolved_at))

const tick = (time: number, spanMs: number) =>
  spanMs > DAY_MS ? formatDateTime(time).slice(5, 10) : formatDateTime(time).slice(11)
