import { randomUUID } from 'node:crypto'
import { DEFAULT_TENANT_ID } from '../../src/api'
import { createDb } from '../../src/base/db'
import type { Place } from '../place'
import type { FeedWriterQuestions } from '../programs/feed-writer'
import { startProgram } from '../programs/program'
import { startRelay } from '../relay'
import { type Waits, withWaits } from './waits'

const WRITERS = [1, 2, 4]
/** Extra time of a round trip to PostgreSQL. */
const EXTRA_MS = [0, 1, 5]
/** Jobs that a worker runs at a time. */
const OPEN = 50
const SECONDS = 1.5
const WARM_UP_SECONDS = 0.5

/** Transitions of jobs per second, of several processes to the feed of one tenant, and each to the feed of another. */
export interface FeedRow {
  extraMs: number
  writers: number
  shared: { rate: number; waits: Waits }
  separate: { rate: number; waits: Waits }
}

/** Whether the head row of a tenant's feed, which each flush holds until its commit, makes processes wait for each other. */
export async function measureFeed(place: Place): Promise<FeedRow[]> {
  const tenantIds = await createTenants(place, Math.max(...WRITERS))
  const rows: FeedRow[] = []
  for (const extraMs of EXTRA_MS) {
    const relay = await startRelay(place.databaseUrl, { toServerMs: extraMs, toClientMs: 0 })
    const writers = await Promise.all(tenantIds.map(() => startWriter(relay.url, place)))
    for (const count of WRITERS) {
      const measure = async (tenantOf: (i: number) => string) => {
        const commit = (seconds: number) =>
          Promise.all(
            writers
              .slice(0, count)
              .map((writer, i) => writer.ask('commit', { tenantId: tenantOf(i), open: OPEN, seconds })),
          )
        await commit(WARM_UP_SECONDS)
        const { result, waits } = await withWaits(place.databaseUrl, () => commit(SECONDS))
        return { rate: result.reduce((sum, rate) => sum + rate, 0), waits }
      }
      const shared = await measure(() => DEFAULT_TENANT_ID)
      const separate = await measure(i => tenantIds[i] ?? DEFAULT_TENANT_ID)
      rows.push({ extraMs, writers: count, shared, separate })
    }
    await Promise.all(writers.map(writer => writer.stop()))
    await relay.stop()
  }
  return rows
}

async function createTenants({ databaseUrl }: Place, count: number): Promise<string[]> {
  const db = createDb(databaseUrl, 1)
  const ids = Array.from({ length: count }, () => randomUUID())
  try {
    for (const id of ids) await db.raw('INSERT INTO tenants (id, name) VALUES (?, ?)', [id, `Tenant ${id}`])
    return ids
  } finally {
    await db.destroy()
  }
}

async function startWriter(databaseUrl: string, { redisUrl }: Place) {
  const writer = startProgram<FeedWriterQuestions>('load/programs/feed-writer')
  await writer.ask('start', { databaseUrl, redisUrl })
  return writer
}
