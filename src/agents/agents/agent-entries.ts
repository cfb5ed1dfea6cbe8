import type { AgentConnectedEvent, AgentDisconnectedEvent, AgentState } from '../../contract/agents'
import type { Topic, TopicEntries } from '../../streams'
import type { AgentRow } from './agent-store'

export const SOURCE = 'agents'

export const agentTopic = ({ tenantId, id }: { tenantId: string; id: string }): Topic => ({
  tenantId,
  name: `agent:${id}`,
})

const topicOf = ({ tenant_id, id }: AgentRow) => agentTopic({ tenantId: tenant_id, id })

/** The state of an agent, for its own topic. */
export function stateEntries(agent: AgentRow): TopicEntries {
  const { id, name, status, connected_at, backlog, clock_offset_ms } = agent
  const data: AgentState = {
    agent: { id, name, status, connected_at: connected_at?.toISOString() ?? null, backlog, clock_offset_ms },
  }
  return { topic: topicOf(agent), entries: [{ kind: 'status', source: SOURCE, data, state: data }] }
}

/** An event of the tenant. */
export const tenantEvent = (
  tenantId: string,
  kind: string,
  labels: Record<string, string>,
  data: object,
): TopicEntries => ({
  topic: { tenantId, name: 'events' },
  entries: [{ kind, source: SOURCE, data: { labels, data } }],
})

const labelsOf = ({ id, name }: AgentRow) => ({ agent: name, agent_id: id })
const namesOf = ({ id, name, facts }: AgentRow) => ({ agent_id: id, agent_name: name, hostname: facts.hostname })

export function connectedEntries(agent: AgentRow): TopicEntries[] {
  const data: AgentConnectedEvent = { ...namesOf(agent), epoch: agent.epoch, version: agent.facts.version }
  return [stateEntries(agent), tenantEvent(agent.tenant_id, 'agent_connected', labelsOf(agent), data)]
}

export function disconnectedEntries(agent: AgentRow, reason: AgentDisconnectedEvent['reason']): TopicEntries[] {
  const data: AgentDisconnectedEvent = { ...namesOf(agent), epoch: agent.epoch, reason }
  const told = tenantEvent(agent.tenant_id, 'agent_disconnected', labelsOf(agent), data)
  return reason === 'deleted'
    ? [{ topic: topicOf(agent), entries: [], end: 'deleted' }, told]
    : [stateEntries(agent), told]
}
