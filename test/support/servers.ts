import { execFile } from 'node:child_process'
import { lstat, mkdir, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createLog } from '../../src/base/log'
import { type Child, startPostgres, startRedis } from '../../src/embedded'
import { isClusterRun, startClusterServer } from './cluster'
import { newDataFolder } from './data-folder'

/** Only warnings and errors are printed in tests. */
export const quietLog = createLog({ level: 'error', format: 'pretty', output: process.stderr })

/** A private server that a test can stop and restart; its URL and data stay the same. */
export interface Server {
  url: string
  /** Suspends and resumes it, like a hanging machine. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  /** `kill -9`, as in a crash. Resolves once it is gone. */
  kill(): Promise<void>
  /** Stops it cleanly. */
  stop(): Promise<void>
  /** Starts it again, after stopping it cleanly if it is running. */
  restart(): Promise<void>
}

async function createServer(start: () => Promise<{ url: string; child: Child }>) {
  let { url, child } = await start()
  return {
    url,
    pid: () => child.pid,
    signal: (name: 'SIGSTOP' | 'SIGCONT') => void process.kill(child.pid, name),
    kill: () => child.kill(),
    stop: () => child.stop(),
    async restart() {
      await child.stop()
      child = (await start()).child
    },
  }
}

/** Tests need not survive a power failure. All processes of Jest share the server, with many apps. */
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' }
/** Committed data is in the operating system's cache, so `kill -9` of PostgreSQL loses nothing. */
export const KILLABLE = { fsync: 'off', full_page_writes: 'off' }

/**
 * A Redis and a PostgreSQL with data in a separate folder, which `stop` removes.
 * @param source a folder to copy the first data of PostgreSQL from, which is much faster than creating them
 */
export async function startServers(parameters: Record<string, string> = FAST, source?: string) {
  const folder = await newDataFolder()
  if (source) await copyPostgres(source, folder)
  const [redis, postgres] = await Promise.all([
    startRedisOf(folder),
    createServer(() => startPostgres({ folder: join(folder, 'postgres'), log: quietLog, parameters })),
  ])
  return {
    redis,
    postgres,
    /** Stops PostgreSQL for a moment. @returns a folder to copy its data from; undefined if only root can enter it */
    async keepCopy(): Promise<string | undefined> {
      if ((await lstat(join(folder, 'postgres'))).isSymbolicLink()) return undefined // its data are elsewhere
      const copy = await newDataFolder()
      await postgres.stop()
      await copyPostgres(folder, copy)
      await postgres.restart()
      return copy
    },
    async stop() {
      await Promise.all([redis.stop(), postgres.stop()])
      await removeDataDir(folder)
    },
  }
}

async function startRedisOf(parent: string): Promise<Server> {
  const folder = join(parent, 'redis')
  await mkdir(folder)
  if (isClusterRun()) return startClusterServer(folder)
  return createServer(() => startRedis({ folder, searchPath: process.env.PATH ?? '', log: quietLog }))
}

/** Copies the data of a PostgreSQL that has been stopped, with its password, and keeps their owner. */
export async function copyPostgres(from: string, to: string): Promise<void> {
  const parts = ['postgres', 'postgres-password'].map(name => join(from, name))
  await promisify(execFile)('cp', ['-Rp', ...parts, to])
}

/** Includes data kept elsewhere because only root could enter the folder. */
export async function removeDataDir(folder: string) {
  const postgres = await realpath(join(folder, 'postgres')).catch(() => folder)
  for (const each of [postgres, folder]) await rm(each, { recursive: true, force: true })
}

export type Servers = Awaited<ReturnType<typeof startServers>>
