import type { TargetState } from '../../src/contract/queries'
import { STATE_LABELS } from './query-result'

/** The state of a query on a host, as a dot and text. */
export function TargetStateMark({ state }: { state: TargetState }) {
  const { name, meaning } = STATE_LABELS[state]
  return (
    <span class={`status is-target-${state}`} title={meaning}>
      <span class="dot" aria-hidden="true" />
      {name}
    </span>
  )
}
