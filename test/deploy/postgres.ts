import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../src/base/log'
import { type Child, run, type SystemUser, startChild } from '../../src/embedded/child'
import { newDataFolder } from '../support/data-folder'
import { quietLog } from '../support/servers'
import { deadPort } from '../support/sites'
import { programOf } from './programs'

/** Neither PostgreSQL nor pgbouncer runs as root. */
const NOBODY: SystemUser | undefined = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined
/** Roles have passwords; `certified` needs TLS and a client certificate. */
const HBA = `
local all all trust
hostssl all certified 127.0.0.1/32 cert
hostssl all certified ::1/128 cert
hostnossl all certified all reject
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
`

/** The oldest supported PostgreSQL that is installed here, or the one in TEST_POSTGRES_PROGRAMS; undefined: skip. */
export const installedPostgres = () =>
  programOf('postgres', 'postgresql', [
    ...(process.env.TEST_POSTGRES_PROGRAMS ? [process.env.TEST_POSTGRES_PROGRAMS] : []),
    ...[14, 15, 16, 17, 18].map(version => `/usr/lib/postgresql/${version}/bin`),
  ])

/** A PostgreSQL as an administrator would set it up, with TCP, and a log of all its statements. */
export interface InstalledPostgres {
  folder: string
  port: number
  /** Of its superuser, over a Unix socket. */
  adminUrl: string
  /** Lines of its log that begin with this text. */
  logged(beginning: string): string[]
  /** Writes a file that only the server's user can read. */
  write(name: string, text: string): Promise<string>
  stop(): Promise<void>
}

/**
 * @param program the path of `postgres`, with `initdb` beside it
 * @param parameters of the server
 * @param files for its data folder, by name
 */
export async function startInstalled(
  program: string,
  parameters: Record<string, string> = {},
  files: Record<string, string> = {},
): Promise<InstalledPostgres> {
  const folder = await newDataFolder()
  const data = join(folder, 'data')
  await mkdir(data, { mode: 0o700 })
  if (NOBODY) await chown(data, NOBODY.uid, NOBODY.gid)
  const initdb = join(program, '../initdb')
  const options = ['--username', 'postgres', '--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C', '--no-sync']
  const { code, output } = await run(initdb, ['--pgdata', data, ...options], { user: NOBODY })
  if (code !== 0) throw new Error(output)
  const write = async (name: string, text: string) => {
    await writeOwn(join(data, name), text)
    return join(data, name)
  }
  for (const [name, text] of Object.entries({ ...files, 'pg_hba.conf': HBA })) await write(name, text)
  const port = await deadPort()
  const lines: string[] = []
  const own = { port, listen_addresses: 'localhost', unix_socket_directories: data, max_connections: 60, fsync: 'off' }
  const logging = { log_statement: 'all', log_line_prefix: '%u ', lc_messages: 'C' }
  const child = await startChild({
    name: 'PostgreSQL',
    file: program,
    args: ['-D', data, ...argumentsOf({ ...own, ...logging, ...parameters })],
    user: NOBODY,
    ready: /ready to accept connections/,
    stopSignal: 'SIGINT',
    log: { ...quietLog, debug: (line: string) => void lines.push(line) } as Log,
  })
  return {
    folder,
    port,
    adminUrl: `postgres://postgres@localhost:${port}/postgres?host=${encodeURIComponent(data)}`,
    logged: beginning => lines.filter(line => line.startsWith(beginning)),
    write,
    async stop() {
      await child.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const argumentsOf = (settings: Record<string, string | number>) =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])

async function writeOwn(file: string, text: string) {
  await writeFile(file, text, { mode: 0o600 })
  await chmod(file, 0o600)
  if (NOBODY) await chown(file, NOBODY.uid, NOBODY.gid)
}

/** The path of pgbouncer; undefined: skip. */
export const installedPooler = () => programOf('pgbouncer', 'pgbouncer')

/** A pgbouncer in transaction mode that a test can kill and start again. */
export interface Pooler {
  port: number
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** Its connections per user and database: fewer than the clients have, so that they must share. */
export const POOL_SIZE = 4

/** @param users passwords by name */
export async function startPooler(
  program: string,
  { folder, port: serverPort }: InstalledPostgres,
  users: Record<string, string>,
): Promise<Pooler> {
  const port = await deadPort()
  const [settings, passwords] = [join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')]
  await writeOwn(
    passwords,
    Object.entries(users)
      .map(pair => `"${pair.join('" "')}"\n`)
      .join(''),
  )
  await writeOwn(
    settings,
    `[databases]
* = host=127.0.0.1 port=${serverPort}
[pgbouncer]
pool_mode = transaction
default_pool_size = ${POOL_SIZE}
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${passwords}
server_login_retry = 1
`,
  )
  let child: Child | undefined
  const pooler: Pooler = {
    port,
    kill: async () => child?.kill(),
    async start() {
      child = await startChild({
        name: 'pgbouncer',
        file: program,
        args: [settings],
        user: NOBODY,
        ready: /process up/,
        stopSignal: 'SIGINT',
        log: quietLog,
      })
    },
    stop: async () => child?.stop(),
  }
  await pooler.start()
  return pooler
}
