import type { Job } from '../../src/contract/jobs'
import { formatDuration } from '../../text/times'
import { isCheckResult, PHASES } from './waterfall'

/** The result of a health check in one strip: its verdict and the share of each phase. It takes its space from the start. */
export function CheckStrip({ job: { id, result } }: { job: Job }) {
  if (!isCheckResult(result)) return <section class="check is-strip" aria-hidden="true" />
  const { phases_ms, latency_ms, status, status_code, error } = result
  const phases = PHASES.map(([phase, name]) => ({ phase, name, ms: phases_ms[phase] ?? null }))
  return (
    <section class="check is-strip" aria-label="Check result">
      <p class={`check-verdict is-${status}`}>
        <strong>{status}</strong>
        {status_code !== null && <span>{status_code}</span>}
        <span>{formatDuration(latency_ms)}</span>
        {error && <span class="check-error">{error.message}</span>}
      </p>
      <div class="phase-shares" aria-hidden="true">
        {phases.map(
          ({ phase, ms }) => ms !== null && <span key={phase} class={`is-${phase}`} style={{ flexGrow: ms }} />,
        )}
      </div>
      <ul class="phase-names">
        {phases.map(({ phase, name, ms }) => (
          <li key={phase} class={`phase is-${phase}${ms === null ? ' is-skipped' : ''}`}>
            <span class="dot" aria-hidden="true" />
            <span class="phase-name">{name}</span>
            <span class="phase-took">{ms === null ? '–' : `${ms.toFixed(ms < 10 ? 2 : 1)} ms`}</span>
          </li>
        ))}
      </ul>
      <a href={`/jobs/${id}?tab=data`}>Details</a>
    </section>
  )
}
