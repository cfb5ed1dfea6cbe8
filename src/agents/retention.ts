import type { Db } from '../base/db'
import { expiringRows } from '../base/expiring'
import { DAY_MS } from '../base/partitions'
import type { RetentionTarget } from '../base/retention'
import { deleteOldGone } from './containers/retention-store'

const SEGMENTS_KEPT_MS = 14 * DAY_MS
const GENERATIONS_KEPT_MS = 90 * DAY_MS
const STARTS_KEPT_MS = DAY_MS
const GONE_KEPT_MS = 30 * DAY_MS

/** The data of agents, besides what they measure, and how long it is kept. */
export const agentRetention = (db: Db): RetentionTarget[] => [
  {
    ...expiringRows(db, {
      name: 'containers_gone',
      summary: 'Containers that their engine does not have any more, with their logs. Others are never deleted.',
      table: 'containers',
      column: 'state_since',
      keep: { fixedMs: GONE_KEPT_MS },
    }),
    // of those that are there, the time says nothing
    measure: async () => ({ oldest: null, rows: null, bytes: null }),
    count: before => deleteOldGone(db, before, null),
    async sweep(before, limit) {
      const deleted = await deleteOldGone(db, before, limit)
      return { deleted, next: deleted < limit ? null : '' }
    },
  },
  expiringRows(db, {
    name: 'container_generations',
    summary: 'What engines have had under the names of containers before. The current ones are never deleted.',
    table: 'container_generations',
    column: 'gone_at',
    keep: { fixedMs: GENERATIONS_KEPT_MS },
  }),
  expiringRows(db, {
    name: 'container_starts',
    summary: 'When containers have started, to recognize those that do so again and again.',
    table: 'container_starts',
    column: 'at',
    keep: { fixedMs: STARTS_KEPT_MS },
  }),
  expiringRows(db, {
    name: 'agent_segments',
    summary: 'How much of what agents sent is stored, so that nothing is stored twice.',
    table: 'agent_segments',
    column: 'updated_at',
    keep: { fixedMs: SEGMENTS_KEPT_MS },
  }),
  expiringRows(db, {
    name: 'agent_tokens',
    summary: 'Tokens for agents that have expired.',
    table: 'agent_tokens',
    column: 'expires_at',
    keep: { fixedMs: 30 * DAY_MS },
  }),
  expiringRows(db, {
    name: 'agent_commands',
    summary: 'Actions on containers that have ended.',
    table: 'agent_commands',
    column: 'ended_at',
    keep: { term: 'jobs' },
  }),
]
