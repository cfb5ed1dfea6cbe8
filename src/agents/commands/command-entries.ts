import type { CommandEvent } from '../../contract/containers'
import type { TopicEntries } from '../../streams'
import { agentTopic, SOURCE, tenantEvent } from '../agents/agent-entries'
import { containerTopic } from '../containers/container-entries'
import type { CommandRow } from './command-rows'

/** A change of a command, for the topics of its container and agent, and for the tenant. */
export function commandEntries(row: CommandRow): TopicEntries[] {
  const { id, tenant_id, agent_id, agent_name, container_id, container_name, image } = row
  const names = { container_id, container_name, agent_id, agent_name, image }
  const { action, status, code, message } = row
  const data: CommandEvent = { command_id: id, ...names, action, status, code, message }
  const entries = [{ kind: 'command_updated', source: SOURCE, data }]
  const labels = { agent: agent_name, agent_id, container: container_name, container_id, image }
  return [
    { topic: containerTopic({ tenant_id, id: container_id }), entries },
    { topic: agentTopic({ tenantId: tenant_id, id: agent_id }), entries },
    tenantEvent(tenant_id, 'command_updated', labels, data),
  ]
}
