import { formatDuration } from '../../text/times'
import { type PhasesMs, phaseWords, reachedPhases } from './phases'

/** Where the time of a check went, as one bar of parts. */
export function PhaseBar({ phases }: { phases: PhasesMs }) {
  const reached = reachedPhases(phases).filter(({ ms }) => ms > 0)
  if (reached.length === 0) return null
  return (
    <span class="phases-bar" role="img" aria-label={phaseWords(phases)} title={phaseWords(phases)}>
      {reached.map(({ name, color, ms }) => (
        <i key={name} style={{ flexGrow: ms, background: `var(${color})` }} />
      ))}
    </span>
  )
}

/** The same with the phases' names and times. */
export const PhaseKeys = ({ phases }: { phases: PhasesMs }) => (
  <ul class="phases-keys">
    {reachedPhases(phases).map(({ name, title, color, ms }) => (
      <li key={name} class="chart-key">
        <i style={{ background: `var(${color})` }} aria-hidden="true" />
        {title} <b>{formatDuration(ms)}</b>
      </li>
    ))}
  </ul>
)
