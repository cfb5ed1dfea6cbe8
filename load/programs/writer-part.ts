import { createDb, type Db } from '../../src/base/db'
import { startParts } from '../../src/base/lifecycle'
import { createLog } from '../../src/base/log'
import { createMetrics } from '../../src/base/metrics'
import { createRedis } from '../../src/base/redis'
import { readConfig } from '../../src/config'
import { createStreams, type Streams } from '../../src/streams'

export interface WriterParts {
  databaseUrl: string
  redisUrl: string
}

/** What a worker process writes with: the real writer, with its own connections. */
export async function startWriter({ databaseUrl, redisUrl }: WriterParts): Promise<{ db: Db; streams: Streams }> {
  const log = createLog({ level: 'error', format: 'json', output: process.stderr })
  const { config } = readConfig({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl })
  const db = createDb(databaseUrl, config.databasePool)
  const redis = createRedis({ url: redisUrl, prefix: config.redisPrefix, log })
  const settings = { ...config.streams, shutdownMs: config.shutdownMs }
  const streams = createStreams({ db, redis, log, registry: createMetrics(), settings, service: 'worker' })
  await startParts([streams])
  return { db, streams }
}
