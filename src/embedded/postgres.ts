import { randomBytes } from 'node:crypto'
import { chmod, chown, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createDb } from '../base/db'
import { messageOf, StartError } from '../base/errors'
import type { Log } from '../base/log'
import { z } from '../base/parse'
import { manyRows } from '../base/rows'
import { type Child, run, startChild } from './child'
import { socketFolder, USE_OTHER_POSTGRES } from './folders'
import { type PostgresHome, prepareHome } from './postgres-home'
import { commandOf, isAlive } from './process-table'

const USER = 'tailrace'
const DATABASE = 'tailrace'
const databaseRow = z.object({ datname: z.string() })
const ORPHAN_TIMEOUT_MS = 60_000
/** Reported while child processes of a killed server are still exiting. */
const STILL_EXITING = /pre-existing shared memory block/

interface PostgresSettings {
  /** Folder for its data, socket and password; created if missing. */
  folder: string
  log: Log
  /** Server parameters, for example `{ fsync: 'off' }`. */
  parameters?: Record<string, string>
}

/**
 * Starts a private PostgreSQL that listens on a Unix socket only and requires a random password.
 * @throws StartError if it cannot run here, or `folder` holds other data
 */
export async function startPostgres({
  folder,
  log,
  parameters,
}: PostgresSettings): Promise<{ url: string; child: Child }> {
  const home = await prepareHome(folder, log)
  const password = await readPassword(`${folder}-password`)
  const data = join(home.folder, 'data')
  if (await needsInit(home)) await initialize(home, data, password)
  const sockets = await socketFolder(join(home.folder, 'run'), home.user)
  await stopOrphan(data, sockets)
  const child = await startWithRetry({
    name: 'PostgreSQL',
    file: join(home.programs, 'postgres'),
    args: ['-D', data, ...settings({ ...defaults(sockets), ...parameters })],
    user: home.user,
    ready: /ready to accept connections/i,
    stopSignal: 'SIGINT' as const, // fast shutdown: does not wait for clients
    log,
  })
  const urlOf = (name: string) => `postgres://${USER}:${password}@localhost/${name}?host=${encodeURIComponent(sockets)}`
  try {
    await createDatabase(urlOf('postgres'))
  } catch (error) {
    await child.stop()
    throw new StartError(`Tailrace cannot connect to its private PostgreSQL: ${messageOf(error)}.
Does ${folder}-password belong to ${data}?`)
  }
  return { url: urlOf(DATABASE), child }
}

const defaults = (sockets: string) => ({
  listen_addresses: '',
  unix_socket_directories: `"${sockets.replaceAll('"', '""')}"`, // quoted, because the setting is a comma-separated list
  unix_socket_permissions: '0700',
  max_connections: '200',
  lc_messages: 'C',
})

const settings = (all: Record<string, string>) =>
  Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])

async function readPassword(file: string): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => '')
  if (known) return known
  const password = randomBytes(24).toString('base64url')
  await writeFile(`${file}.new`, password, { mode: 0o600 })
  await rename(`${file}.new`, file)
  return password
}

/**
 * Whether the data has yet to be created. It is created under another name and then renamed, so it is never half-finished.
 * @throws StartError if it is not data that this PostgreSQL and user can use
 */
async function needsInit({ folder, programs, user }: PostgresHome): Promise<boolean> {
  const data = join(folder, 'data')
  const found = await lstat(data).catch(() => undefined)
  if (!found) return true
  if (!user && found.uid !== process.getuid?.())
    throw new StartError(`${data} belongs to another user (id ${found.uid}).
Start Tailrace as that user or as root, or choose another DATA_DIR.`)
  const made = (await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => '')).trim()
  const { output } = await run(join(programs, 'postgres'), ['--version'], { user })
  const runs = /(\d+)/.exec(output)?.[1]
  if (made === runs) return false
  throw new StartError(
    made
      ? `${data} was created by PostgreSQL ${made}; this Tailrace bundles PostgreSQL ${runs}.
Move the data with pg_dump and pg_restore, or choose another DATA_DIR to start fresh.`
      : `${data} is not a PostgreSQL data folder. Move it away, or choose another DATA_DIR.`,
  )
}

async function initialize({ folder, programs, user }: PostgresHome, data: string, password: string) {
  await removeUnfinished(folder)
  const unfinished = `${data}.new-${randomBytes(4).toString('hex')}` // an initdb whose parent was killed may still be running
  const passwordFile = `${unfinished}-password`
  await mkdir(unfinished, { mode: 0o700 })
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (user) for (const each of [unfinished, passwordFile]) await chown(each, user.uid, user.gid)
  const { code, output } = await run(
    join(programs, 'initdb'),
    [
      ['--pgdata', unfinished, '--username', USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
      ['--encoding', 'UTF8', '--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
      ['--no-instructions'],
    ].flat(),
    { user },
  )
  await rm(passwordFile, { force: true })
  if (code !== 0)
    throw new StartError(
      `The private PostgreSQL cannot create its data in ${unfinished}:\n${output.trim()}\n${USE_OTHER_POSTGRES}`,
    )
  await chmod(unfinished, 0o700)
  await rename(unfinished, data)
}

/** Leftovers that an initdb still writes to cannot be removed yet; the next start removes them. */
async function removeUnfinished(folder: string) {
  const names = (await readdir(folder)).filter(name => name.startsWith('data.new'))
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined)
}

/**
 * Stops a server whose parent was killed, and removes the lock files of one that is gone. In a container its pid may
 * have been reused or belong to a zombie, and PostgreSQL would refuse to start.
 */
async function stopOrphan(data: string, sockets: string) {
  const pidFile = join(data, 'postmaster.pid')
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10)
  if (pid > 0) await stopServer(pid, data)
  for (const each of [pidFile, join(sockets, '.s.PGSQL.5432.lock')]) await rm(each, { force: true })
}

async function stopServer(pid: number, data: string) {
  const running = async () => {
    const [program = '', ...args] = await commandOf(pid)
    return /postgres$/.test(program) && args.join(' ').includes(data) && (await isAlive(pid))
  }
  if (await running()) process.kill(pid, 'SIGINT')
  const deadline = Date.now() + ORPHAN_TIMEOUT_MS
  while (await running()) {
    if (Date.now() > deadline) throw new StartError(`A PostgreSQL from an earlier run (process ${pid}) does not stop.`)
    await pause(50)
  }
}

async function startWithRetry(command: Parameters<typeof startChild>[0]): Promise<Child> {
  const deadline = Date.now() + ORPHAN_TIMEOUT_MS
  for (;;) {
    try {
      return await startChild(command)
    } catch (error) {
      if (!STILL_EXITING.test(messageOf(error)) || Date.now() > deadline) throw error
      await pause(200)
    }
  }
}

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

async function createDatabase(url: string) {
  const db = createDb(url, 1)
  try {
    const found = await manyRows(db, databaseRow, 'select datname from pg_database where datname = ?', [DATABASE])
    if (!found.length) await db.raw('create database ??', [DATABASE])
  } finally {
    await db.destroy()
  }
}
