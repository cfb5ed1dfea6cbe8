import { join } from 'node:path'
import { messageOf, StartError } from '../base/errors'
import type { Log } from '../base/log'
import type { Config } from '../config'
import { prepareDataDir } from './folders'
import { lockDataDir } from './lock'
import { startPostgres } from './postgres'
import { startRedis } from './redis'
import { keepRunning } from './supervise'

export type { Child } from './child'
export { startPostgres } from './postgres'
export { startRedis } from './redis'

export interface Embedded {
  /** Set if Tailrace runs its own PostgreSQL. */
  databaseUrl?: string
  /** Set if Tailrace runs its own Redis. */
  redisUrl?: string
  /** Stops PostgreSQL, then Redis, and unlocks DATA_DIR. Call it once nothing uses them any more. */
  stop(): Promise<void>
}

/**
 * Creates and locks DATA_DIR, and starts the servers that no URL is configured for.
 * @throws StartError whose message says what to do
 */
export async function startEmbedded(config: Config, log: Log): Promise<Embedded> {
  const { dataDir, embedded, searchPath } = config
  if (process.platform === 'win32' && (embedded.redis || embedded.postgres))
    throw new StartError('On Windows, run Tailrace inside WSL or set REDIS_URL and DATABASE_URL.')
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each()
  }
  if (!embedded.redis && !embedded.postgres) return { stop }
  await prepareDataDir(dataDir)
  try {
    stops.push(await lockDataDir(dataDir))
    const redis = embedded.redis
      ? await keepRunning('Redis', log, () => startRedis({ folder: join(dataDir, 'redis'), searchPath, log }))
      : undefined
    if (redis) stops.push(redis.stop)
    const postgres = embedded.postgres
      ? await keepRunning('PostgreSQL', log, () => startPostgres({ folder: join(dataDir, 'postgres'), log }))
      : undefined
    if (postgres) stops.push(postgres.stop)
    return { databaseUrl: postgres?.url, redisUrl: redis?.url, stop }
  } catch (error) {
    await stop()
    throw explain(error, dataDir)
  }
}

/** File system errors name their path and cause; anything else is a bug and keeps its stack. */
function explain(error: unknown, dataDir: string): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (error instanceof StartError || !code?.startsWith('E')) return error
  return new StartError(`The data folder ${dataDir} cannot be used: ${messageOf(error)}.
Fix the problem or choose another folder: DATA_DIR=/path/to/folder npm start`)
}
