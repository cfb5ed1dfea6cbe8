import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDb } from '../src/base/db'
import { createLog } from '../src/base/log'
import { migrate } from '../src/base/migrate'
import { startPostgres, startRedis } from '../src/embedded'
import type { Probe } from './programs/probe'
import { startProgram, stopPrograms } from './programs/program'

/** A private Redis and PostgreSQL, configured as on a first run: every commit waits for the disk. */
export interface Place {
  databaseUrl: string
  redisUrl: string
  redisPid: number
  token: string
  folder: string
  /** Also stops all programs that still use it. */
  stop(): Promise<void>
}

const open = new Set<Place>()

/** Cleans up everything, also after failures. */
export async function stopEverything() {
  await stopPrograms()
  await Promise.all([...open].map(place => place.stop()))
}

export async function startPlace(): Promise<Place> {
  const log = createLog({ level: 'error', format: 'pretty', output: process.stderr })
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-load-'))
  await chmod(folder, 0o711) // if this is root, PostgreSQL runs as another user
  const stops: (() => Promise<void>)[] = [() => removeFolder(folder)]
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each()
  }
  try {
    const redis = await startRedis({ folder: join(folder, 'redis'), searchPath: process.env.PATH ?? '', log })
    stops.push(() => redis.child.stop())
    const postgres = await startPostgres({ folder: join(folder, 'postgres'), log })
    stops.push(() => postgres.child.stop())
    const db = createDb(postgres.url, 2)
    await migrate(db).finally(() => db.destroy())
    const token = `load-${randomBytes(16).toString('hex')}`
    let stopping: Promise<void> | undefined
    const place: Place = {
      ...{ databaseUrl: postgres.url, redisUrl: redis.url, redisPid: redis.child.pid, token, folder },
      stop: () => {
        stopping ??= stopPrograms()
          .then(stop)
          .finally(() => open.delete(place))
        return stopping
      },
    }
    open.add(place)
    return place
  } catch (error) {
    await stop()
    throw error
  }
}

/** Part of the data may be in another folder, if only root can enter this one. */
async function removeFolder(folder: string) {
  const postgres = await realpath(join(folder, 'postgres')).catch(() => folder)
  for (const each of [postgres, folder]) await rm(each, { recursive: true, force: true })
}

/** Tailrace in a separate process. */
export interface Server extends Awaited<ReturnType<typeof startServer>> {}

export async function startServer(place: Place, role: 'all' | 'web' | 'worker', env: Record<string, string> = {}) {
  const nodeOptions = ['--enable-source-maps', '--expose-gc', '--require', join(__dirname, 'programs/probe.js')]
  const program = startProgram<Probe>('src/main', { env: { ...settings(place, role), ...env }, nodeOptions })
  const { url = '' } = await program.printed('url')
  const headers = { authorization: `Bearer ${place.token}` }
  const send = (method: string, path: string, body: unknown) =>
    fetch(url + path, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  return {
    ...program,
    url,
    get: (path: string) => answerOf(fetch(url + path, { headers })),
    post: (path: string, body: unknown) => answerOf(send('POST', path, body)),
    put: (path: string, body: unknown) => answerOf(send('PUT', path, body)),
  }
}

const settings = (place: Place, role: string) => ({
  TAILRACE_ROLE: role,
  PORT: '0',
  DATABASE_URL: place.databaseUrl,
  REDIS_URL: place.redisUrl,
  TAILRACE_ADMIN_TOKEN: place.token,
  DATA_DIR: join(place.folder, 'data'),
  STREAM_MAX_PER_IP: '0',
  STREAM_MAX_PER_TENANT: '0',
})

async function answerOf(asked: Promise<Response>) {
  const response = await asked
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text}`)
  return text.startsWith('{') ? JSON.parse(text) : text
}
