import { type AuditEntry, recordAuditIn } from '../../access'
import type { Principal } from '../../api'
import type { Jobs } from '../../jobs'
import type { Effect, TopicEntries } from '../../streams'
import { insertCommand, type NewCommand, releaseKey } from './change-store'
import { commandEntries } from './command-entries'
import type { CommandRow } from './command-rows'
import { findByKey } from './command-store'
import { containerActionKind } from './kind'

export interface RequestItem {
  by: Principal
  command: NewCommand
}

export type RequestResult =
  | { outcome: 'created'; command: CommandRow }
  /** The key was used before, for the same. */
  | { outcome: 'replayed'; id: string }
  | { outcome: 'key_taken' }

/** Stores commands, each with its job and its audit record, in one commit. */
export const requestEffect = (jobs: Pick<Jobs, 'enqueueIn'>): Effect<RequestItem, RequestResult> => ({
  name: 'agents.request',
  async apply(trx, items) {
    const results: RequestResult[] = []
    const entries: TopicEntries[][] = []
    for (const { by, command } of items) {
      const { tenantId, requestKey: key } = command
      const earlier = key === null ? undefined : await findByKey(trx, tenantId, key)
      if (earlier) {
        const isSame = earlier.request_hash === command.requestHash
        results.push(isSame ? { outcome: 'replayed', id: earlier.id } : { outcome: 'key_taken' })
        entries.push([])
        continue
      }
      if (key !== null) await releaseKey(trx, tenantId, key)
      const [row] = await insertCommand(trx, command)
      if (!row) throw new Error(`Command ${command.id} was not stored`)
      const job = await jobs.enqueueIn(trx, [jobOf(row, command)])
      const audited = await recordAuditIn(trx, [auditOf(by, row)])
      results.push({ outcome: 'created', command: row })
      entries.push([...commandEntries(row), ...job, ...audited])
    }
    return { results, entries }
  },
})

const jobOf = (row: CommandRow, { id, tenantId, createdBy, reason }: NewCommand) => ({
  kind: containerActionKind,
  input: {
    ...{ action: row.action, container_id: row.container_id, container: row.container_name, agent: row.agent_name },
  },
  request: { id, tenantId, createdBy, reason },
})

function auditOf(by: Principal, row: CommandRow): AuditEntry {
  const { id, container_id, container_name, agent_name, engine_id, action, confirmed, reason } = row
  return {
    ...{ by, action: `container.${action}`, target: { type: 'container', id: container_id }, reason },
    data: { command_id: id, container: container_name, agent: agent_name, engine_id, confirmed },
  }
}
