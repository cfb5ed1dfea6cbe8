import { useSignal } from '@preact/signals'
import type { AgentStatus } from '../../src/contract/agents'
import { byId, usePagedList } from '../use-paged-list'
import { type AgentNews, agentNewsIn, applyToAgents } from './agent-news'
import { type AgentFilters, agentParams, agentSearchOf } from './filters'

const PAGE_SIZE = 100
const REFRESH_MS = 1_000
/** What agents tell of themselves changes without events. */
const POLL_MS = 15_000

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
