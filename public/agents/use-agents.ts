import { useSignal } from '@preact/signals'
import type { Agent, AgentConnectedEvent, AgentDisconnectedEvent, AgentStatus } from '../../src/contract/agents'
import { byId, usePagedList } from '../use-paged-list'
import { type AgentFilters, agentParams, agentSearchOf } from './filters'

const PAGE_SIZE = 100
const REFRESH_MS = 1_000
/** What agents tell of themselves changes without events. */
const POLL_MS = 15_000

interface AgentNews {
  id: string
  status: AgentStatus
  at: string
}

/** The news in an event of the tenant; undefined if it is about something else. */
export function agentNewsIn({ type, data }: { type: string; data: unknown }): AgentNews | undefined {
  if (type !== 'agent_connected' && type !== 'agent_disconnected') return undefined
  const { timestamp, data: about } = data as {
    timestamp: string
    data: AgentConnectedEvent | AgentDisconnectedEvent
  }
  return { id: about.agent_id, status: type === 'agent_connected' ? 'online' : 'offline', at: timestamp }
}

/** Agents after some news. Rows that nothing has happened to stay the same objects. */
export function applyToAgents(agents: readonly Agent[], news: readonly AgentNews[]): Agent[] {
  const last = new Map(news.map(each => [each.id, each]))
  return agents.map(agent => {
    const change = last.get(agent.id)
    if (!change || change.status === agent.status) return agent
    return { ...agent, status: change.status, last_seen_at: change.at }
  })
}

export type AgentCounts = Readonly<Record<AgentStatus, number>>

/** The agents that match the filters and their counts by status, kept up to date by tenant events. */
export function useAgents(filters: AgentFilters) {
  const counts = useSignal<AgentCounts | null>(null)
  const list = usePagedList<'/api/agents', AgentNews>('/api/agents', {
    params: agentParams(filters),
    name: agentSearchOf(filters),
    idOf: byId,
    pageSize: PAGE_SIZE,
    pollMs: POLL_MS,
    isSame: (known, read) => JSON.stringify(known) === JSON.stringify(read),
    onFirstPage: page => (counts.value = page.counts),
    live: {
      topic: 'events',
      pick: agentNewsIn,
      apply: (agents, news) => ({ items: applyToAgents(agents, news), stale: agents.length || 1 }),
      refreshMs: REFRESH_MS,
    },
  })
  return { list, counts }
}
