import { useSignal } from '@preact/signals'
import '../css/agents.page.css'
import type { Agent } from '../../src/contract/agents'
import { AgentActions } from '../agents/agent-actions'
import { AgentSummary } from '../agents/agent-summary'
import { EventList } from '../agents/event-list'
import { GaugeCharts } from '../agents/gauge-charts'
import { HOST_CHARTS, periodOf } from '../agents/gauges'
import { useAgent } from '../agents/use-agent'
import { useTopicEvents } from '../agents/use-topic-events'
import { Empty, Failure } from '../components/empty'
import { CommandList } from '../containers/command-list'
import { ContainerList } from '../containers/container-list'
import { containerFiltersOf } from '../containers/filters'
import { useCommands } from '../containers/use-commands'
import { useContainers } from '../containers/use-containers'
import { search } from '../router'
import { isOperator } from '../session'
import { useTitle } from '../use-title'

/** A machine: how it is now, what its agent measured, its containers and what happened. */
export default function AgentPage({ id }: { id: string }) {
  const { agent, take } = useAgent(id)
  if (agent.isMissing.value) return <NoSuchAgent />
  const found = agent.value.value
  if (found) return <AgentView agent={found} problem={agent.problem.value} onChanged={take} />
  return (
    <div class="page is-loading" aria-busy={agent.problem.value === ''}>
      {agent.problem.value !== '' && <Failure message={agent.problem.value} onRetry={() => void agent.read()} />}
    </div>
  )
}

function NoSuchAgent() {
  useTitle('No such agent')
  return (
    <div class="page">
      <Empty title="No such agent">
        <p>It was removed, or its address is incomplete.</p>
        <a href="/agents">All agents</a>
      </Empty>
    </div>
  )
}

interface AgentViewProps {
  agent: Agent
  /** Why it could not be read again. */
  problem: string
  onChanged(agent: Agent): void
}

function AgentView({ agent, problem, onChanged }: AgentViewProps) {
  const { id, name, hostname, status, engine_error } = agent
  useTitle(`${status === 'online' ? '●' : '○'} ${name}`)
  const events = useTopicEvents(`agent:${id}`)
  const { list } = useContainers(containerFiltersOf(`?agent=${id}`))
  const commands = useCommands({ agent: id })
  const current = useSignal('')
  const containers = list.items.value ?? []
  return (
    <div class="page agent-page">
      <header class="page-head">
        <div class="job-title">
          <p class="crumbs">
            <a href="/agents">Agents</a>
          </p>
          <h1>{name}</h1>
          {hostname !== name && <p class="alert-lead">{hostname}</p>}
        </div>
        {isOperator.value && <AgentActions agent={agent} onChanged={onChanged} />}
      </header>
      {problem !== '' && <Failure message={problem} />}
      {engine_error !== null && <Failure message={`The engine cannot be reached: ${engine_error}`} />}
      <AgentSummary agent={agent} />
      <GaugeCharts
        measured={{ agentId: id, containerId: null }}
        charts={HOST_CHARTS}
        period={periodOf(search.value)}
        hrefOf={period => `/agents/${id}?period=${period}`}
      />
      <section class="agent-containers-list" aria-label="Containers">
        <h2>Containers</h2>
        {list.isEmpty.value && <Empty title="It has no containers" />}
        {containers.length > 0 && <ContainerList containers={containers} current={current} hasAgents={false} />}
      </section>
      <div class="panels">
        <EventList events={events} hasNames />
        <CommandList commands={commands.value.value?.items ?? []} hasNames />
      </div>
    </div>
  )
}
