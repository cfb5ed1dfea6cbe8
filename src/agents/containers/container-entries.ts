import type { ContainerChangedEvent, ContainerEvent, ContainerTopicState } from '../../contract/containers'
import type { Topic, TopicEntries } from '../../streams'
import { SOURCE, tenantEvent } from '../agents/agent-entries'
import type { ContainerRow } from './container-rows'

export const containerTopic = ({ tenant_id, id }: Pick<ContainerRow, 'tenant_id' | 'id'>): Topic => ({
  tenantId: tenant_id,
  name: `container:${id}`,
})

/** The state of a container, for its own topic. */
export function containerStateEntries(row: ContainerRow): TopicEntries {
  const { id, name, engine_id, image, state, health, exit_code, restarts, own } = row
  const times = {
    state_since: row.state_since.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
  }
  const data: ContainerTopicState = {
    container: {
      ...{ id, name, engine_id, image, state, health, exit_code, restarts, own, protected: row.protected },
      ...times,
    },
  }
  return { topic: containerTopic(row), entries: [{ kind: 'status', source: SOURCE, data, state: data }] }
}

/** Labels of events and alerts about a container. */
export const containerLabels = (row: ContainerRow, agentName: string) => ({
  ...{ agent: agentName, agent_id: row.agent_id, container: row.name, container_id: row.id, image: row.image },
})

export type Happened = 'container_started' | 'container_stopped' | 'container_health'

/** What happened to a container, for its tenant. */
export function changedEntries(
  kind: Happened,
  row: ContainerRow,
  { agentName, recreated }: { agentName: string; recreated: boolean },
): TopicEntries {
  const data: ContainerChangedEvent = {
    ...{ container_id: row.id, container_name: row.name, agent_id: row.agent_id, agent_name: agentName },
    ...{ image: row.image, state: row.state, health: row.health, exit_code: row.exit_code, recreated },
  }
  return tenantEvent(row.tenant_id, kind, containerLabels(row, agentName), data)
}

/** What the engine reported, for the topics of the container and its agent. */
export function engineEntries(
  row: ContainerRow,
  event: Pick<ContainerEvent, 'engine_id' | 'action' | 'exit_code'>,
  at: Date,
) {
  const { engine_id, action, exit_code } = event
  const data: ContainerEvent = {
    ...{ container_id: row.id, container_name: row.name, engine_id, action, exit_code },
    at: at.toISOString(),
  }
  const entries = [{ kind: 'container_event', source: SOURCE, at, data }]
  const agent = { tenantId: row.tenant_id, name: `agent:${row.agent_id}` }
  return [
    { topic: containerTopic(row), entries },
    { topic: agent, entries },
  ]
}
