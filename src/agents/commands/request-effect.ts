import { type AuditEntry, recordAuditIn } from '../../access'
import type { Principal } from '../../api'
import type { Transaction } from '../../base/db'
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
      const row = await insertOnce(trx, command)
      if (!row) {
        results.push(await earlierOf(trx, command))
        entries.push([])
        continue
      }
      const job = await jobs.enqueueIn(trx, [jobOf(row, command)])
      const audited = await recordAuditIn(trx, [auditOf(by, row)])
      results.push({ outcome: 'created', command: row })
      entries.push([...commandEntries(row), ...job, ...audited])
    }
    return { results, entries }
  },
})

/** @returns nothing if there is a command with its key, of the last 24 hours */
async function insertOnce(trx: Transaction, command: NewCommand): Promise<CommandRow | undefined> {
  if (command.requestKey !== null) await releaseKey(trx, command.tenantId, command.requestKey)
  return insertCommand(trx, command)
}

async function earlierOf(trx: Transaction, { tenantId, requestKey, requestHash }: NewCommand): Promise<RequestResult> {
  const earlier = await findByKey(trx, tenantId, requestKey ?? '')
  if (!earlier) throw new Error(`The command with the key ${requestKey} is not there`)
  return earlier.request_hash === requestHash ? { outcome: 'replayed', id: earlier.id } : { outcome: 'key_taken' }
}

const jobOf = (row: CommandRow, { id, tenantId, createdBy, reason }: NewCommand) => ({
  kind: containerActionKind,
  input: {
    target: `${row.container_name} on ${row.agent_name}`,
    ...{ action: row.action, container_id: row.container_id },
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
