import type { ReadonlySignal } from '@preact/signals'
import type { Agent } from '../../src/contract/agents'
import { formatCount } from '../../text/numbers'
import { Ago } from '../components/time'
import { AgentStatusMark } from './agent-status'
import { CpuReading, MemoryReading } from './reading'
import { engineWords, machineWords } from './words'

interface AgentRowProps {
  agent: Agent
  /** Id of the current row. */
  current: ReadonlySignal<string>
}

/** An agent in a list: one line, or two on a phone. */
export function AgentRow({ agent, current }: AgentRowProps) {
  const { id, name, status, containers, engine_error, last_seen_at } = agent
  const classes = ['agent-row columns-row', `is-agent-${status}-row`, current.value === id ? 'is-current' : '']
  return (
    <div class={classes.filter(Boolean).join(' ')} data-agent={id}>
      <span class="agent-status">
        <AgentStatusMark status={status} />
      </span>
      <span class="agent-name">
        <a href={`/agents/${id}`} title={name}>
          {name}
        </a>
        <span class="row-note" title={machineWords(agent)}>
          {machineWords(agent)}
        </span>
      </span>
      <span class="agent-cpu reading">
        <CpuReading id={id} agentId={id} />
      </span>
      <span class="agent-memory reading">
        <MemoryReading id={id} agentId={id} />
      </span>
      <span class="agent-containers number">
        <a href={`/containers?agent=${id}`} title={`Containers of ${name}`}>
          {formatCount(containers.running)}
          <span class="of-total"> of {formatCount(containers.total)}</span>
        </a>
      </span>
      <span class="agent-engine" title={engine_error ?? ''}>
        {engine_error === null ? engineWords(agent) : <span class="is-bad">not reached</span>}
      </span>
      <span class="agent-seen number">{status === 'online' ? 'now' : <Ago time={last_seen_at} />}</span>
    </div>
  )
}
