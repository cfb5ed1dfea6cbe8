import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { type RedisClient, serversOf } from '../../src/base/redis'
import { run } from '../../src/embedded/child'
import { findRedis } from '../../src/embedded/redis'
import { deadPort } from './sites'

/** A redis-server for a test, on a loopback port. */
export interface RedisServer {
  port: number
  /** 0 without a certificate. */
  tlsPort: number
  pid(): number
  /** Suspends and resumes it, like a hanging machine. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  /** `kill -9`; its data stay. */
  kill(): Promise<void>
  /** Starts it again after `kill`, on the same port. */
  start(): Promise<void>
  /** Kills it and removes its data. */
  stop(): Promise<void>
}

interface StartOptions {
  parent?: string | undefined
  sentinel?: string
  tls?: readonly string[] | undefined
}

/**
 * Starts redis-server with additional arguments and, unless they say otherwise, without persistence.
 * @param parent folder in which to create the one for its data
 * @param sentinel configuration file of a Sentinel, which it is then
 * @param tls options that name its certificate: it then has another port for TLS
 */
export async function startRedisServer(
  args: string[] = [],
  { parent = tmpdir(), sentinel, tls }: StartOptions = {},
): Promise<RedisServer> {
  const port = await deadPort()
  const folder = await mkdtemp(join(parent, 'tailrace-redis-'))
  const tlsPort = tls ? await deadPort() : 0
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
  if (tls) place.push('--tls-port', String(tlsPort), ...tls)
  const own = sentinel ? [sentinel, '--sentinel', ...place] : [...place, '--save', '', '--appendonly', 'no']
  let child = await spawnRedis([...own, ...args])
  const kill = async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  return {
    port,
    tlsPort,
    pid: () => child.pid ?? 0,
    signal: name => void child.kill(name),
    kill,
    start: async () => {
      child = await spawnRedis([...own, ...args])
    },
    stop: async () => {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Of the installed server, such as `7.0.15`. */
export async function redisVersion(): Promise<string> {
  const { file, argv0 } = await installed()
  return /v=(\S+)/.exec((await run(file, ['--version'], { argv0 })).output)?.[1] ?? ''
}

async function installed() {
  const program = await findRedis(process.env.PATH ?? '')
  if (!program) throw new Error('No Redis server is installed')
  return program
}

async function spawnRedis(args: string[]): Promise<ChildProcess> {
  const { file, argv0 } = await installed()
  const child = spawn(file, args, { argv0, stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`redis-server ended with ${code}`)))
    createInterface(child.stdout).on('line', line => {
      if (/ready to accept connections|Sentinel ID is/i.test(line)) resolve()
    })
  })
  child.removeAllListeners('exit')
  return child
}

/** Runs commands on one server, whatever its role. */
export async function onServer<T>(
  { port }: { port: number },
  run: (client: Redis) => Promise<T>,
  password?: string,
): Promise<T> {
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => null, ...(password && { password }) })
  client.on('error', () => undefined) // the command rejects, too
  try {
    return await run(client)
  } finally {
    client.disconnect()
  }
}

/** Deletes all data, on each server of a Cluster too. */
export const flushAll = (client: RedisClient) => Promise.all(serversOf(client).map(server => server.flushall()))
