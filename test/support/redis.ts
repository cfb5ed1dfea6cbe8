import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { findRedis } from '../../src/embedded/redis'
import { deadPort } from './sites'

const run = promisify(execFile)
const NODE_TIMEOUT_MS = 1_000
const MASTERS = 3

/** A redis-server for a test, on a loopback port. */
export interface RedisServer {
  port: number
  pid: number
  /** Suspends and resumes it, like a hanging machine. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  stop(): Promise<void>
}

/** Starts redis-server with additional arguments and without persistence. */
export async function startRedisServer(...args: string[]): Promise<RedisServer> {
  const port = await deadPort()
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-redis-'))
  const server = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no']
  const program = await findRedis(process.env.PATH ?? '')
  if (!program) throw new Error('No Redis server is installed')
  const { file, argv0 } = program
  const child = spawn(file, [...server, ...args], { argv0, stdio: ['ignore', 'pipe', 'inherit'] })
  await ready(child)
  return {
    port,
    pid: child.pid ?? 0,
    signal: name => void child.kill(name),
    async stop() {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function ready(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`redis-server ended with ${code}`)))
    if (child.stdout)
      createInterface(child.stdout).on('line', line => {
        if (/ready to accept connections|Sentinel ID is/i.test(line)) resolve()
      })
  })
  child.removeAllListeners('exit')
}

/** Why a Cluster cannot run here; undefined if it can. */
function noCluster(): string | undefined {
  const { error, stdout } = spawnSync('redis-cli', ['--version'], { encoding: 'utf8' })
  if (error) return 'redis-cli is not installed'
  const version = Number(/(\d+)\./.exec(stdout)?.[1])
  return version < 7 ? 'Redis is older than 7: the ports of its Cluster cannot be chosen' : undefined
}

/** `test`, or a skipped test that says why. */
export function clusterTest(): typeof test {
  const reason = noCluster()
  if (reason) process.stderr.write(`Skipped: ${reason}\n`)
  return reason ? (test.skip as typeof test) : test
}

/** A real Cluster of three masters without replicas, so the slots of a master are unavailable while it is down. */
export async function startCluster({ replicas = 0 }: { replicas?: 0 | 1 } = {}) {
  const servers: RedisServer[] = []
  const stop = async () => {
    await Promise.all(servers.map(server => server.stop()))
  }
  try {
    for (let i = 0; i < MASTERS * (1 + replicas); i++) servers.push(await startNode())
    const addresses = servers.map(({ port }) => `127.0.0.1:${port}`)
    await run('redis-cli', [
      '--cluster',
      'create',
      ...addresses,
      '--cluster-replicas',
      String(replicas),
      '--cluster-yes',
    ])
    return { servers, url: addresses.map(address => `redis://${address}`).join(','), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

export type Cluster = Awaited<ReturnType<typeof startCluster>>

async function startNode() {
  const own = ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--maxmemory-policy', 'noeviction']
  return startRedisServer(
    ...own,
    ...['--cluster-port', String(await deadPort()), '--cluster-node-timeout', String(NODE_TIMEOUT_MS)],
  )
}
