import { Redis } from 'ioredis'
import { eventually } from '../support/programs'
import { type Cluster, clusterTest, type RedisServer, startCluster } from '../support/redis'
import { createJobs } from './jobs'
import { Load, STEP } from './load'
import type { Node } from './node'
import { print, readiness, System, untilPart } from './system'

const onCluster = clusterTest()
let cluster: Cluster
let system: System

afterAll(async () => {
  await system?.stop()
  await cluster?.stop()
})

async function onServer<T>({ port }: RedisServer, run: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => null })
  client.on('error', () => undefined) // the command rejects, too
  try {
    return await run(client)
  } finally {
    client.disconnect()
  }
}

const info = (server: RedisServer) => onServer(server, client => client.info())
const clusterInfo = (server: RedisServer) => onServer(server, async client => String(await client.cluster('INFO')))

const isReplica = async (server: RedisServer) => (await info(server)).includes('role:slave')

const countReplicas = async (servers: RedisServer[]) =>
  (await Promise.all(servers.map(isReplica))).filter(Boolean).length

/** A replica that has not synchronized yet would take over with no data. */
async function untilReplicated() {
  await eventually(async () => {
    const links = await Promise.all(cluster.servers.map(info))
    return links.filter(link => link.includes('master_link_status:up')).length === cluster.servers.length / 2
  }, 'each master has a replica')
}

/** The master of the jobs that `Load` creates. */
async function masterOfDemo() {
  for (const server of cluster.servers) {
    const keys = await onServer(server, client => client.keys('{tailrace:demo}:*'))
    if (keys.length && !(await isReplica(server))) return server
  }
  throw new Error('No master has the queue demo')
}

const untilAll = (part: string, isUp: boolean) => Promise.all(system.nodes.map(node => untilPart(node, part, isUp)))

/** A failover may be over before a process on a busy machine has noticed that the master is gone. */
async function expectRedisDown(isOver: () => Promise<boolean> = async () => false) {
  const isDown = async () => (await Promise.all(system.nodes.map(isRedisDown))).every(Boolean) || (await isOver())
  await eventually(isDown, 'all processes report that Redis is down')
  for (const node of system.nodes) {
    const { status, body } = await readiness(node)
    if (body.checks.redis === 'ok') continue // the replica has already taken over
    expect([status, body.status, body.checks.postgres, body.checks.migrations]).toEqual([
      503,
      'unavailable',
      'ok',
      'ok',
    ])
    expect((await node.get('/healthz')).status).toBe(200)
  }
}

const isRedisDown = async (node: Node) => (await readiness(node)).body.checks.redis !== 'ok'

async function expectRecovered(load: Load, event: string) {
  await Promise.all([untilAll('redis', true), untilAll('bus', true)])
  print(`attempts after ${event}: ${(await load.expectAllDone()).join(' ')}`)
  for (const node of system.nodes) {
    expect(node.isRunning()).toBe(true)
    expect(node.output()).not.toContain('because of a bug')
  }
}

onCluster('when a master dies and its replica takes over, no line is lost or repeated', async () => {
  cluster = await startCluster({ replicas: 1 })
  await untilReplicated()
  const env = { REDIS_URL: cluster.url, JOB_LOCK_MS: '3000', WORKER_CONCURRENCY: '4' }
  system = await System.start({ webs: 2, workers: 2, env })
  const load = new Load(system)
  await load.begin()
  const master = await masterOfDemo()
  const others = cluster.servers.filter(server => server !== master)
  const replicas = await countReplicas(others)
  await master.stop()
  await expectRedisDown(async () => (await countReplicas(others)) < replicas)
  await load.watch(await createJobs(system.webs, 4, STEP)) // accepted during the outage
  await expectRecovered(load, 'a master was killed')
})

/** A master that still has a replica, and that replica. */
async function remainingPair(): Promise<{ master: RedisServer; replica: RedisServer }> {
  for (const master of cluster.servers) {
    const port = /^slave0:.*port=(\d+)/m.exec(await info(master).catch(() => ''))?.[1]
    const replica = cluster.servers.find(server => server.port === Number(port))
    if (replica) return { master, replica }
  }
  throw new Error('No master has a replica')
}

onCluster(
  'while the Cluster is down (a master died, its replica hangs) jobs wait; when the replica resumes, they run',
  async () => {
    const { master, replica } = await remainingPair()
    const others = cluster.servers.filter(server => server !== master && server !== replica)
    const load = new Load(system)
    await load.begin()
    replica.signal('SIGSTOP')
    try {
      await master.stop()
      const isDown = async (server: RedisServer) =>
        (await clusterInfo(server).catch(() => '')).includes('cluster_state:fail')
      await eventually(async () => (await Promise.all(others.map(isDown))).some(Boolean), 'the Cluster is down')
      await expectRedisDown()
      await load.watch(await createJobs(system.webs, 4, STEP))
    } finally {
      replica.signal('SIGCONT')
    }
    await expectRecovered(load, 'the Cluster was down')
  },
)
