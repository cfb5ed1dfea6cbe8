import { type AuditEntry, recordAuditIn } from '../../access'
import type { Principal } from '../../api'
import type { Effect, TopicEntries } from '../../streams'
import { disconnectedEntries } from './agent-entries'
import { deleteAgent } from './agent-store'
import { containerTopics } from './topic-store'

export interface DeleteItem {
  by: Principal
  id: string
  reason: string | undefined
}

/** Removes agents with their containers, and ends the topics of all of them. @returns whether there was such an agent */
export const deleteEffect: Effect<DeleteItem, boolean> = {
  name: 'agents.delete',
  async apply(trx, items) {
    const results: boolean[] = []
    const entries: TopicEntries[][] = []
    for (const { by, id, reason } of items) {
      const ref = { tenantId: by.tenantId, id }
      const topics = await containerTopics(trx, ref)
      const agent = await deleteAgent(trx, ref)
      results.push(agent !== undefined)
      if (!agent) {
        entries.push([])
        continue
      }
      const data = { name: agent.name, hostname: agent.facts.hostname }
      const entry: AuditEntry = { by, action: 'agent.delete', target: { type: 'agent', id }, reason, data }
      const audited = await recordAuditIn(trx, [entry])
      const ended = topics.map(name => ({ topic: { tenantId: by.tenantId, name }, entries: [], end: 'deleted' }))
      entries.push([...ended, ...disconnectedEntries(agent, 'deleted'), ...audited])
    }
    return { results, entries }
  },
}
