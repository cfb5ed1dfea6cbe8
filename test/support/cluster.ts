import type { Redis } from 'ioredis'
import { eventually } from './programs'
import { onServer, type RedisServer, startRedisServer } from './redis'
import type { Server } from './servers'
import { deadPort } from './sites'

const MASTERS = 3
export const SLOTS = 16_384
const VERSION_MIN = 7
const KEYS_AT_ONCE = 10
const MIGRATE_TIMEOUT_MS = 5_000

/** Whether this run uses a Cluster instead of a single Redis: `npm run test:cluster`. */
export const isClusterRun = () => process.env.TEST_REDIS === 'cluster'

/** `test`, or a skipped test that says why. */
export function clusterTest(): typeof test {
  if (Number.parseInt(process.env.TEST_REDIS_VERSION ?? '', 10) >= VERSION_MIN) return test
  process.stderr.write(`Skipped: Redis is older than ${VERSION_MIN}: the ports of its Cluster cannot be chosen\n`)
  return test.skip as typeof test
}

/** `test`, or a skipped test that says why: it deals with the files of a single Redis. */
export function singleRedisTest(): typeof test {
  if (!isClusterRun()) return test
  process.stderr.write('Skipped: it changes the files of one Redis, and this run uses a Cluster\n')
  return test.skip as typeof test
}

interface Options {
  /** Per master. Without one, the slots of a master are unavailable while it is down. */
  replicas?: 0 | 1
  /** After which a silent server counts as dead. */
  nodeTimeoutMs?: number
  /** Folder to keep data in, so that they survive `kill` and `start`. */
  folder?: string
  /** More arguments of each server. */
  args?: readonly string[]
  /** Options that name their certificate. */
  tls?: readonly string[]
}

/** A real Cluster of three masters on loopback. */
export async function startCluster({ replicas = 0, ...options }: Options = {}) {
  const count = MASTERS * (1 + replicas)
  const started = await Promise.allSettled(Array.from({ length: count }, () => startNode(options)))
  const servers = started.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))
  const stop = async () => {
    await Promise.all(servers.map(server => server.stop()))
  }
  try {
    for (const each of started) if (each.status === 'rejected') throw each.reason
    await join(servers)
    await untilComplete(servers)
    const urls = servers.map(({ port, tlsPort }) => `redis${tlsPort ? 's' : ''}://127.0.0.1:${tlsPort || port}`)
    return { servers, url: urls.join(','), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

export type Cluster = Awaited<ReturnType<typeof startCluster>>

async function startNode({ nodeTimeoutMs = 1_000, folder, args: more = [], tls }: Options) {
  const args = [
    ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--maxmemory-policy', 'noeviction'],
    ...['--cluster-port', String(await deadPort()), '--cluster-node-timeout', String(nodeTimeoutMs)],
    ...['--appendonly', folder ? 'yes' : 'no', '--repl-diskless-sync-delay', '0'],
    ...(tls ? ['--tls-cluster', 'yes'] : []),
    ...more,
  ]
  return startRedisServer(args, { parent: folder, tls })
}

/** Gives the first servers the slots, introduces all to each other, and makes the others replicas. */
async function join(servers: RedisServer[]) {
  const ids = await Promise.all(servers.map(server => command(server, 'MYID')))
  for (const [i, server] of servers.entries()) {
    await command(server, 'SET-CONFIG-EPOCH', i + 1)
    const [from, to] = [i, i + 1].map(part => Math.floor((part * SLOTS) / MASTERS)) as [number, number]
    if (i < MASTERS) await command(server, 'ADDSLOTSRANGE', from, to - 1)
  }
  const [first, ...others] = servers as [RedisServer, ...RedisServer[]]
  const busPorts = await Promise.all(others.map(other => onServer(other, busPort)))
  for (const [i, { port }] of others.entries()) await command(first, 'MEET', '127.0.0.1', port, busPorts[i] ?? 0)
  const knowsAll = async (server: RedisServer) => {
    const nodes = await command(server, 'NODES')
    return ids.every(id => nodes.includes(id)) && !/handshake|noaddr/.test(nodes)
  }
  await eventually(async () => (await Promise.all(servers.map(knowsAll))).every(Boolean), 'all servers know each other')
  for (const [i, server] of servers.slice(MASTERS).entries()) await command(server, 'REPLICATE', ids[i] ?? '')
}

const busPort = async (client: Redis) => String(((await client.config('GET', 'cluster-port')) as string[])[1])

/** A command of CLUSTER. @returns its reply as text */
export const command = (server: RedisServer, ...words: (string | number)[]): Promise<string> =>
  onServer(server, async client => String(await client.call('CLUSTER', ...words)))

export const info = (server: RedisServer) => onServer(server, client => client.info())

export const isReplica = async (server: RedisServer) => (await info(server)).includes('role:slave')

/** A replica that has not synchronized yet would take over with no data. */
async function untilComplete(servers: RedisServer[]) {
  const isReady = async (server: RedisServer) =>
    (await command(server, 'INFO')).includes('cluster_state:ok') &&
    /role:master|master_link_status:up/.test(await info(server)) &&
    (await command(server, 'NODES')).split('slave').length === servers.length - MASTERS + 1
  const readiness = () => Promise.all(servers.map(server => isReady(server).catch(() => false)))
  await eventually(async () => (await readiness()).every(Boolean), 'the Cluster is complete')
}

/** The master of a slot. */
export async function masterOf({ servers }: Cluster, slot: number): Promise<RedisServer> {
  const [any] = servers as [RedisServer]
  const ranges = await onServer(any, client => client.cluster('SLOTS'))
  const port = ranges.find(([first, last]) => first <= slot && slot <= last)?.[2]?.[1]
  const master = servers.find(server => server.port === port)
  if (!master) throw new Error(`No master has the slot ${slot}`)
  return master
}

/** Makes the replica of a master take over from it. */
export async function failOver({ servers }: Cluster, master: RedisServer): Promise<void> {
  const port = Number(/^slave0:.*port=(\d+)/m.exec(await info(master))?.[1])
  const replica = servers.find(server => server.port === port)
  if (!replica) throw new Error('The master has no replica')
  await command(replica, 'FAILOVER')
  await eventually(() => isReplica(master), 'the replica has taken over')
}

/** Moves a slot with all its keys to another master, as `redis-cli --cluster reshard` does. */
export async function moveSlot({ servers }: Cluster, slot: number, from: RedisServer, to: RedisServer): Promise<void> {
  const [source, target] = await Promise.all([from, to].map(server => command(server, 'MYID')))
  await command(to, 'SETSLOT', slot, 'IMPORTING', source ?? '')
  await command(from, 'SETSLOT', slot, 'MIGRATING', target ?? '')
  await onServer(from, async client => {
    for (;;) {
      const keys = (await client.call('CLUSTER', 'GETKEYSINSLOT', slot, KEYS_AT_ONCE)) as string[]
      if (!keys.length) return
      await client.call('MIGRATE', '127.0.0.1', to.port, '', 0, MIGRATE_TIMEOUT_MS, 'KEYS', ...keys)
    }
  })
  const others = servers.filter(server => server !== from && server !== to)
  for (const server of [to, from, ...others])
    if (!(await isReplica(server))) await command(server, 'SETSLOT', slot, 'NODE', target ?? '')
}

/**
 * A Cluster with replicas in place of a single server, so that suites written for one run on it.
 * @param folder folder for their data
 */
export async function startClusterServer(folder: string): Promise<Server> {
  const cluster = await startCluster({ replicas: 1, nodeTimeoutMs: 5_000, folder })
  const each = async (act: (server: RedisServer) => Promise<void>) => {
    await Promise.all(cluster.servers.map(act))
  }
  return {
    url: cluster.url,
    signal(name) {
      for (const server of cluster.servers) server.signal(name)
    },
    kill: () => each(server => server.kill()),
    stop: () => each(server => server.kill()),
    async restart() {
      await each(server => server.kill())
      await each(server => server.start())
      await untilComplete(cluster.servers)
    },
  }
}
