import { randomUUID } from 'node:crypto'
import { Rollups, type Sample, storeSamples } from '../../../src/agents/metrics'
import { DEFAULT_TENANT_ID } from '../../../src/api'
import { createDb } from '../../../src/base/db'
import { quietLog, testDatabase } from '../../support/parts'
import { rows } from '../../support/rows'

export const KEPT_MS = 24 * 3_600_000

/** The store of samples on a database of its own, at a time that the test sets. */
export async function metricsWorld(start: string) {
  const database = await testDatabase()
  const db = createDb(database.url, 4)
  await db('tenants').insert({ id: DEFAULT_TENANT_ID, name: 'default' }).onConflict().ignore()
  const agentId = randomUUID()
  await db('agents').insert({
    ...{ id: agentId, tenant_id: DEFAULT_TENANT_ID, token_id: randomUUID(), name: 'box', hostname: 'box' },
    ...{ public_key: '', facts: {} },
  })
  const addContainer = async (name: string) => {
    const id = randomUUID()
    const now = new Date()
    await db('containers').insert({
      ...{
        id,
        tenant_id: DEFAULT_TENANT_ID,
        agent_id: agentId,
        name,
        engine_id: '',
        image: '',
        image_id: '',
        labels: {},
      },
      ...{ state: 'running', state_since: now, health: 'none', health_since: now, restarts: 0, created_at: now },
      ...{ protected: false, own: false },
    })
    return id
  }
  const container = await addContainer('web')
  const clock = { now: Date.parse(start) }
  const begin = new Date(clock.now)
  await db.raw('UPDATE agent_rollups SET closed_until = ?, done_until = ?', [begin, begin])
  const rollups = new Rollups({ db, log: quietLog, keptMs: KEPT_MS, isLeader: () => true, now: () => clock.now })
  await rollups.look()
  const sample = (
    agentId: string,
    container: string | null,
    at: number,
    values: Record<string, number | null>,
  ): Sample => ({ tenantId: DEFAULT_TENANT_ID, agentId, container, at: new Date(at), values })
  return {
    db,
    clock,
    rollups,
    agentId,
    container,
    addContainer,
    sample,
    async store(samples: Sample[]) {
      const { stored, dropped } = await db.transaction(trx => storeSamples(trx, samples))
      return { stored, dropped: dropped.length }
    },
    rows: <Row>(sql: string, bindings: unknown[] = []) => rows<Row>(db, sql, bindings),
    async stop() {
      await db.destroy()
      await database.drop()
    },
  }
}
export type MetricsWorld = Awaited<ReturnType<typeof metricsWorld>>
