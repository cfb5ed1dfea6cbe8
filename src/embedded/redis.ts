import { mkdir, rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { StartError } from '../base/errors'
import type { Log } from '../base/log'
import { socketUrl } from '../base/redis'
import { type Child, run, startChild } from './child'
import { socketFolder } from './folders'

/** Debian's package of tools holds the server under the name of a checker; what it does depends on how it is called. */
const PROGRAMS = [
  { program: 'redis-server', calledAs: 'redis-server' },
  { program: 'valkey-server', calledAs: 'valkey-server' },
  { program: 'redis-check-rdb', calledAs: 'redis-server' },
  { program: 'valkey-check-rdb', calledAs: 'valkey-server' },
]
const LEFT_BEHIND_MS = 30_000

interface RedisSettings {
  /** The folder of its data, made when missing. */
  folder: string
  searchPath: string
  log: Log
}

/**
 * Starts a private Redis (or Valkey) that listens on a Unix socket only and keeps every write in an append-only file.
 * @throws StartError when no server program is there or it cannot start
 */
export async function startRedis({ folder, searchPath, log }: RedisSettings): Promise<{ url: string; child: Child }> {
  const program = await findRedis(searchPath)
  if (!program) throw missing()
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const socket = join(await socketFolder(folder), 'redis.sock')
  await endLeftBehind(socket)
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

/** A Redis or Valkey server program of this machine. */
export async function findRedis(searchPath: string): Promise<{ file: string; calledAs: string } | undefined> {
  const folders = searchPath.split(delimiter).filter(Boolean)
  for (const { program, calledAs } of PROGRAMS) {
    for (const folder of folders) {
      const file = join(folder, program)
      if ((await isProgram(file)) && (await isServer(file, calledAs))) return { file, calledAs }
    }
  }
  return undefined
}

async function isProgram(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined)
  return found?.isFile() === true && (found.mode & 0o111) !== 0
}

const isServer = async (file: string, calledAs: string) =>
  /server v=/i.test((await run(file, ['--version'], { calledAs })).output)

const missing = () =>
  new StartError(`Tailrace needs Redis, and neither redis-server nor valkey-server is installed. Do one of these:
  apt-get install redis-server        on Debian or Ubuntu, as root
  brew install redis                  on macOS
  docker compose up                   runs Tailrace with Redis and PostgreSQL in containers
  REDIS_URL=redis://host:6379         uses a Redis that already runs`)

/** A Redis behind our own socket can only be one whose parent was killed a moment ago. */
async function endLeftBehind(socket: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const client = connect(socket)
    client.on('error', () => resolve()) // nobody listens
    client.on('close', () => resolve())
    client.setTimeout(LEFT_BEHIND_MS, () => {
      client.destroy()
      reject(new StartError(`A Redis from an earlier run does not end. It listens on ${socket}.`))
    })
    client.write('SHUTDOWN\r\n')
    client.resume()
  })
  await rm(socket, { force: true })
}
