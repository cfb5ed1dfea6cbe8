import type { Agent, AgentConnectedEvent, AgentDisconnectedEvent, AgentStatus } from '../../src/contract/agents'

export interface AgentNews {
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
