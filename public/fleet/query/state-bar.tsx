import type { Query, TargetState } from '../../../src/contract/queries'
import { formatCount } from '../../../text/numbers'
import { STATE_LABELS } from '../query-result'
import { TargetStateMark } from '../target-state'
import { describeProgress, segmentsOf } from './segments'

/** A bar with the share of each state. */
export function StateBar({ counts }: Pick<Query, 'counts'>) {
  return (
    <span class="states" role="img" aria-label={describeProgress(counts)}>
      {segmentsOf(counts).map(({ state, share }) => (
        <span key={state} class={`state-part is-target-${state}`} style={{ width: `${share * 100}%` }} />
      ))}
    </span>
  )
}

interface StateChipsProps extends Pick<Query, 'counts'> {
  chosen: TargetState | ''
  onChoose(state: TargetState | ''): void
}

/** Buttons with the number of hosts in each state. A click lists these hosts. */
export function StateChips({ counts, chosen, onChoose }: StateChipsProps) {
  const segments = segmentsOf(counts)
  return (
    <fieldset class="chips state-chips" aria-label="Hosts by state">
      {segments.map(({ state, count }) => (
        <button
          key={state}
          type="button"
          title={STATE_LABELS[state].meaning}
          aria-pressed={chosen === state}
          onClick={() => onChoose(chosen === state ? '' : state)}
        >
          <TargetStateMark state={state} />
          <b>{formatCount(count)}</b>
        </button>
      ))}
    </fieldset>
  )
}
