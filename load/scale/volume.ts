import { createDb } from '../../src/base/db'
import { createLog } from '../../src/base/log'
import { z } from '../../src/base/parse'
import { createRedis, serversOf, whenReady } from '../../src/base/redis'
import { oneRow } from '../../src/base/rows'
import type { Place } from '../place'

const CONNECT_MS = 10_000

/** Bytes that an installation occupies so far; of the write-ahead log, bytes written. */
export interface Volume {
  disk: number
  wal: number
  redis: number
}

const volumeRow = z.object({ disk: z.number(), wal: z.number() })

/** Counts what is stored in memory until the next checkpoint as well. */
export async function volumeOf({ databaseUrl, redisUrl }: Place): Promise<Volume> {
  const db = createDb(databaseUrl, 1)
  const log = createLog({ level: 'error', format: 'json', output: process.stderr })
  const client = createRedis({ url: redisUrl, prefix: 'load', log }).connect('command')
  try {
    await whenReady(client, CONNECT_MS)
    const [server] = serversOf(client)
    const memory = await server?.info('memory')
    const row = await oneRow(
      db,
      volumeRow,
      `SELECT pg_database_size(current_database()) AS disk, (pg_current_wal_lsn() - '0/0')::float8 AS wal`,
    )
    return { ...row, redis: Number(/used_memory:(\d+)/.exec(memory ?? '')?.[1]) }
  } finally {
    client.disconnect()
    await db.destroy()
  }
}

export const difference = (after: Volume, before: Volume): Volume => ({
  disk: after.disk - before.disk,
  wal: after.wal - before.wal,
  redis: after.redis - before.redis,
})

export const perUnit = ({ disk, wal, redis }: Volume, units: number): Volume => ({
  disk: disk / units,
  wal: wal / units,
  redis: redis / units,
})
