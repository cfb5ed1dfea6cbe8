import { mkdir, rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { StartError } from '../base/errors'
import type { Log } from '../base/log'
import { socketUrl } from '../base/redis'
import { type Child, run, startChild } from './child'
import { socketFolder } from './folders'

/** Debian's tools package ships the server binary under the checker's name; its `argv[0]` decides what it does. */
const PROGRAMS = [
  { program: 'redis-server', argv0: 'redis-server' },
  { program: 'valkey-server', argv0: 'valkey-server' },
  { program: 'redis-check-rdb', argv0: 'redis-server' },
  { program: 'valkey-check-rdb', argv0: 'valkey-server' },
]
const ORPHAN_TIMEOUT_MS = 30_000

interface RedisSettings {
  /** Folder for its data; created if missing. */
  folder: string
  searchPath: string
  log: Log
}

/**
 * Starts a private Redis (or Valkey) that listens on a Unix socket only and logs every write to an append-only file.
 * @throws StartError if no server program is installed or it cannot start
 */
export async function startRedis({ folder, searchPath, log }: RedisSettings): Promise<{ url: string; child: Child }> {
  const program = await findRedis(searchPath)
  if (!program) throw missing()
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const socket = join(await socketFolder(folder), 'redis.sock')
  await stopOrphan(socket)
  const child = await startChild({
    name: 'Redis',
    ...program,
    args: [
      ['--port', '0'],
      ['--unixsocket', socket, '--unixsocketperm', '700'],
      ['--dir', folder],
      ['--appendonly', 'yes', '--save', ''],
      ['--maxmemory-policy', 'noeviction'],
      ['--daemonize', 'no', '--logfile', ''],
    ].flat(),
    ready: /ready to accept connections/i,
    stopSignal: 'SIGTERM',
    log,
  })
  return { url: socketUrl(socket), child }
}

/** Finds a Redis or Valkey server program on this machine. */
export async function findRedis(searchPath: string): Promise<{ file: string; argv0: string } | undefined> {
  const folders = searchPath.split(delimiter).filter(Boolean)
  for (const { program, argv0 } of PROGRAMS) {
    for (const folder of folders) {
      const file = join(folder, program)
      if ((await isProgram(file)) && (await isServer(file, argv0))) return { file, argv0 }
    }
  }
  return undefined
}

async function isProgram(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined)
  return found?.isFile() === true && (found.mode & 0o111) !== 0
}

const isServer = async (file: string, argv0: string) =>
  /server v=/i.test((await run(file, ['--version'], { argv0 })).output)

const missing = () =>
  new StartError(`Tailrace needs Redis, and neither redis-server nor valkey-server is installed. Do one of these:
  apt-get install redis-server        on Debian or Ubuntu, as root
  brew install redis                  on macOS
  docker compose up                   runs Tailrace with Redis and PostgreSQL in containers
  REDIS_URL=redis://host:6379         uses an existing Redis server`)

/** A Redis that listens on our own socket can only be one whose parent was just killed. */
async function stopOrphan(socket: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const client = connect(socket)
    client.on('error', () => resolve()) // nothing is listening
    client.on('close', () => resolve())
    client.setTimeout(ORPHAN_TIMEOUT_MS, () => {
      client.destroy()
      reject(new StartError(`A Redis from an earlier run does not stop. It listens on ${socket}.`))
    })
    client.write('SHUTDOWN\r\n')
    client.resume()
  })
  await rm(socket, { force: true })
}
