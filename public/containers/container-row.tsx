import type { ReadonlySignal } from '@preact/signals'
import type { Container } from '../../src/contract/containers'
import { formatCount } from '../../text/numbers'
import { CpuReading, MemoryReading } from '../agents/reading'
import { Ago } from '../components/time'
import { ContainerStatusMark } from './container-status'
import { shortImage, troubleOf } from './words'

interface ContainerRowProps {
  container: Container
  /** Id of the current row. */
  current: ReadonlySignal<string>
  hasAgent: boolean
}

/** A container in a list: one line, or two on a phone. */
export function ContainerRow({ container, current, hasAgent }: ContainerRowProps) {
  const { id, agent_id, agent_name, agent_status, name, image, state, state_since, restarts } = container
  const trouble = troubleOf(container)
  const classes = [
    'container-row columns-row',
    current.value === id ? 'is-current' : '',
    agent_status === 'offline' ? 'is-stale' : '',
  ]
  return (
    <div class={classes.filter(Boolean).join(' ')} data-container={id}>
      <span class="container-status">
        <ContainerStatusMark {...container} />
      </span>
      <span class="container-name">
        <a href={`/containers/${id}`} title={name}>
          {name}
        </a>
        {container.protected && (
          <span class="tag" title="Stopping and restarting it needs an admin who types its name">
            protected
          </span>
        )}
        {trouble !== '' && <span class="row-note is-bad">{trouble}</span>}
        {hasAgent && <span class="row-note container-where">{agent_name}</span>}
      </span>
      {hasAgent && (
        <span class="container-agent">
          <a href={`/agents/${agent_id}`} title={agent_status === 'offline' ? `${agent_name} is offline` : agent_name}>
            {agent_name}
          </a>
        </span>
      )}
      <span class="container-cpu reading">{state === 'running' && <CpuReading id={id} agentId={agent_id} />}</span>
      <span class="container-memory reading">
        {state === 'running' && <MemoryReading id={id} agentId={agent_id} />}
      </span>
      <span class="container-image" title={image}>
        {shortImage(image)}
      </span>
      <span class="container-restarts number">{restarts === 0 ? '' : formatCount(restarts)}</span>
      <span class="container-since number">
        <Ago time={state_since} />
      </span>
    </div>
  )
}
