import type { HistoryWindow, Uptime } from '../../src/contract/monitor-history'
import { HISTORY_WINDOWS } from '../../src/contract/values'
import { formatDuration } from '../../text/times'
import { setFilters } from '../router'
import { barWords, durationsIn, formatUptime, NOT_COUNTED, partsOf, WINDOW_NAMES } from './uptime'

interface UptimePanelProps {
  uptime: Uptime
  /** The chosen one, which may not have arrived yet. */
  window: HistoryWindow
}

/** How much of the time a monitor was up. */
export function UptimePanel({ uptime, window }: UptimePanelProps) {
  const { uptime_percent, bars, seconds } = uptime
  return (
    <section class="panel uptime" aria-label="Uptime">
      <header class="row">
        <h2>Uptime</h2>
        <b class="uptime-percent">{formatUptime(uptime_percent)}</b>
        <span class="hint">
          {uptime_percent === null ? 'not known yet' : `of the known time in ${WINDOW_NAMES[uptime.window]}`}
        </span>
        <span class="spacer" />
        <fieldset class="chips" aria-label="Period">
          {HISTORY_WINDOWS.map(each => (
            <button
              key={each}
              type="button"
              aria-pressed={each === window}
              onClick={() => setFilters({ window: each === '24h' ? '' : each })}
            >
              {each}
            </button>
          ))}
        </fieldset>
      </header>
      <ol class="uptime-bars" aria-label={`Uptime by ${uptime.window === '24h' ? 'hour' : 'day'}`}>
        {bars.map(bar => (
          <li key={bar.from} title={barWords(bar)}>
            <span class="hidden">{barWords(bar)}</span>
            {partsOf(bar).map(({ state, share }) => (
              <i key={state} class={`is-history-${state}`} style={{ height: `${share * 100}%` }} />
            ))}
          </li>
        ))}
      </ol>
      <ul class="uptime-keys">
        {durationsIn(seconds).map(({ state, seconds }) => (
          <li key={state}>
            <i class={`is-history-${state}`} aria-hidden="true" />
            {NOT_COUNTED[state] ?? state} <b>{formatDuration(seconds * 1_000)}</b>
            {NOT_COUNTED[state] && <span class="hint"> not counted</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}
