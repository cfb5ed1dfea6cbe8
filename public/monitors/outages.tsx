import type { Outage } from '../../src/contract/monitor-history'
import { counted } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { now } from '../clock'
import { Moment } from '../components/time'

const SHOWN = 10

/** When a monitor was down, the latest first. */
export function Outages({ outages }: { outages: readonly Outage[] }) {
  const shown = outages.slice(0, SHOWN)
  return (
    <section class="panel" aria-label="Outages">
      <h2>Outages</h2>
      {outages.length === 0 && <p class="hint">None in this period.</p>}
      <ul class="lines outages">
        {shown.map(outage => (
          <li key={outage.from} title={outage.error ?? undefined}>
            <Moment time={outage.from} />
            <b class={outage.to === null ? 'is-bad' : ''}>{formatDuration(lastedMs(outage))}</b>
            <span class="line-name">
              {outage.to === null && 'so far'}
              {outage.to === null && outage.error !== null && ', '}
              {outage.error}
            </span>
          </li>
        ))}
      </ul>
      {outages.length > SHOWN && <p class="hint">and {counted(outages.length - SHOWN, 'earlier outage')}</p>}
    </section>
  )
}

const lastedMs = ({ from, to, seconds }: Outage) =>
  to === null ? Math.max(0, now.value - Date.parse(from)) : seconds * 1_000
