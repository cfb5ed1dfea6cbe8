import '../css/agents.page.css'
import { EventList } from '../agents/event-list'
import { GaugeCharts } from '../agents/gauge-charts'
import { CONTAINER_CHARTS, periodOf } from '../agents/gauges'
import { useTopicEvents } from '../agents/use-topic-events'
import { Empty, Failure } from '../components/empty'
import { TabLinks } from '../components/tab-links'
import { CommandList } from '../containers/command-list'
import { ContainerActions } from '../containers/container-actions'
import { ContainerLog } from '../containers/container-log'
import { ContainerSummary } from '../containers/container-summary'
import { Generations } from '../containers/generations'
import { useCommands } from '../containers/use-commands'
import { useContainer } from '../containers/use-container'
import { search } from '../router'
import { useTitle } from '../use-title'

/** A container: how it is now, what it logs and uses, and what happened to it. */
export default function ContainerPage({ id }: { id: string }) {
  const container = useContainer(id)
  if (container.isMissing.value) return <NoSuchContainer />
  const found = container.value.value
  if (found) {
    return <ContainerView container={found} problem={container.problem.value} onAsked={() => void container.read()} />
  }
  return (
    <div class="page is-loading" aria-busy={container.problem.value === ''}>
      {container.problem.value !== '' && (
        <Failure message={container.problem.value} onRetry={() => void container.read()} />
      )}
    </div>
  )
}

function NoSuchContainer() {
  useTitle('No such container')
  return (
    <div class="page">
      <Empty title="No such container">
        <p>It was removed long ago, or its address is incomplete.</p>
        <a href="/containers">All containers</a>
      </Empty>
    </div>
  )
}

const TABS = [
  ['log', 'Log'],
  ['charts', 'Charts'],
  ['history', 'History'],
] as const
type Tab = (typeof TABS)[number][0]

type Found = NonNullable<ReturnType<typeof useContainer>['value']['value']>

interface ContainerViewProps {
  container: Found
  /** Why it could not be read again. */
  problem: string
  onAsked(): void
}

function ContainerView({ container, problem, onAsked }: ContainerViewProps) {
  const { id, name, agent_id, agent_name, agent_status, state } = container
  useTitle(`${state === 'running' ? '▶' : '■'} ${name}`)
  const asked = new URLSearchParams(search.value).get('tab')
  const [tab] = TABS.find(([each]) => each === asked) ?? TABS[0]
  const hrefOf = (each: Tab) => (each === 'log' ? `/containers/${id}` : `/containers/${id}?tab=${each}`)
  return (
    <div class="page container-page">
      <header class="page-head">
        <div class="job-title">
          <p class="crumbs">
            <a href="/containers">Containers</a>
            <span aria-hidden="true">/</span>
            <a href={`/agents/${agent_id}`}>{agent_name}</a>
          </p>
          <h1>{name}</h1>
        </div>
        <ContainerActions container={container} onAsked={onAsked} />
      </header>
      {problem !== '' && <Failure message={problem} />}
      {agent_status === 'offline' && (
        <p class="notice">{agent_name} is offline: this is how the container was when it was last seen.</p>
      )}
      <ContainerSummary container={container} />
      <TabLinks tabs={TABS} current={tab} hrefOf={hrefOf} />
      {tab === 'log' && <ContainerLog key={id} id={id} startedAt={container.started_at} />}
      {tab === 'charts' && (
        <GaugeCharts
          key={id}
          measured={{ agentId: agent_id, containerId: id }}
          charts={CONTAINER_CHARTS}
          period={periodOf(search.value)}
          hrefOf={period => `/containers/${id}?tab=charts&period=${period}`}
        />
      )}
      {tab === 'history' && <History container={container} />}
    </div>
  )
}

function History({ container: { id, generations } }: { container: Found }) {
  const events = useTopicEvents(`container:${id}`)
  const commands = useCommands({ container: id })
  return (
    <div class="panels">
      <CommandList commands={commands.value.value?.items ?? []} />
      <EventList events={events} />
      <Generations generations={generations} />
    </div>
  )
}
