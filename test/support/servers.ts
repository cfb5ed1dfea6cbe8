import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from '../../src/base/log'
import { type Child, startPostgres, startRedis } from '../../src/embedded'

/** Only warnings and errors are printed in tests. */
export const quietLog = createLog({ level: 'error', format: 'pretty', output: process.stderr })

/** A private server that a test can stop and restart; its URL and data stay the same. */
export interface Server {
  url: string
  pid(): number
  /** `kill -9`, as in a crash. Resolves once it is gone. */
  kill(): Promise<void>
  /** Stops it cleanly. */
  stop(): Promise<void>
  /** Starts it again, after stopping it cleanly if it is running. */
  restart(): Promise<void>
}

async function createServer(start: () => Promise<{ url: string; child: Child }>): Promise<Server> {
  let { url, child } = await start()
  return {
    url,
    pid: () => child.pid,
    kill: () => child.kill(),
    stop: () => child.stop(),
    async restart() {
      await child.stop()
      child = (await start()).child
    },
  }
}

/** Tests need not survive a power failure. */
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
/** Committed data is in the operating system's cache, so `kill -9` of PostgreSQL loses nothing. */
export const KILLABLE = { fsync: 'off', full_page_writes: 'off' }

/** A Redis and a PostgreSQL with data in a separate folder, which `stop` removes. */
export async function startServers(parameters: Record<string, string> = FAST) {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-test-'))
  await chmod(folder, 0o711) // PostgreSQL does not run as root even if the tests do
  const searchPath = process.env.PATH ?? ''
  const [redis, postgres] = await Promise.all([
    createServer(() => startRedis({ folder: join(folder, 'redis'), searchPath, log: quietLog })),
    createServer(() => startPostgres({ folder: join(folder, 'postgres'), log: quietLog, parameters })),
  ])
  return {
    redis,
    postgres,
    async stop() {
      await Promise.all([redis.stop(), postgres.stop()])
      await removeDataDir(folder)
    },
  }
}

/** Includes data kept elsewhere because only root could enter the folder. */
export async function removeDataDir(folder: string) {
  const postgres = await realpath(join(folder, 'postgres')).catch(() => folder)
  for (const each of [postgres, folder]) await rm(each, { recursive: true, force: true })
}

export type Servers = Awaited<ReturnType<typeof startServers>>
