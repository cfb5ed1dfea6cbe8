import type { Container } from '../../src/contract/containers'
import { STATE_MEANINGS } from './words'

/** The state of a container as a colored mark and text: color alone is not accessible. */
export function ContainerStatusMark({ state, health }: Pick<Container, 'state' | 'health'>) {
  const isUnhealthy = state === 'running' && health === 'unhealthy'
  const isStarting = state === 'running' && health === 'starting'
  const shown = isUnhealthy ? 'unhealthy' : isStarting ? 'starting' : state
  return (
    <span class={`status is-container-${shown}`} title={STATE_MEANINGS[state]}>
      <span class="dot" aria-hidden="true" />
      {shown}
    </span>
  )
}
