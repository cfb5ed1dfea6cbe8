import { Redis } from 'ioredis'
import { eventually } from '../support/programs'
import { type Cluster, clusterTest, type RedisServer, startCluster } from '../support/redis'
import { makeJobs } from './jobs'
import { Load, STEP } from './load'
import { readiness, System, tell, untilPart } from './system'

const onCluster = clusterTest()
let cluster: Cluster
let system: System

afterAll(async () => {
  await system?.stop()
  await cluster?.stop()
})

async function ask<T>({ port }: RedisServer, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => null })
  client.on('error', () => undefined) // it is told by the question, too
  try {
    return await question(client)
  } finally {
    client.disconnect()
  }
}

const info = (server: RedisServer) => ask(server, client => client.info())
const clusterInfo = (server: RedisServer) => ask(server, async client => String(await client.cluster('INFO')))

const isReplica = async (server: RedisServer) => (await info(server)).includes('role:slave')

/** A replica that knows nothing yet would take over an empty Redis. */
async function untilReplicated() {
  await eventually(async () => {
    const links = await Promise.all(cluster.servers.map(info))
    return links.filter(link => link.includes('master_link_status:up')).length === cluster.servers.length / 2
  }, 'each master has a replica')
}

/** Has the jobs that `Load` makes. */
async function masterOfDemo() {
  for (const server of cluster.servers) {
    const keys = await ask(server, client => client.keys('{tailrace:demo}:*'))
    if (keys.length && !(await isReplica(server))) return server
  }
  throw new Error('No master has the queue demo')
}

const everywhere = (part: string, isWell: boolean) =>
  Promise.all(system.nodes.map(node => untilPart(node, part, isWell)))

async function expectRedisDown() {
  await everywhere('redis', false)
  for (const node of system.nodes) {
    const { status, body } = await readiness(node)
    if (body.checks.redis === 'ok') continue // the replica has taken over meanwhile
    expect([status, body.status, body.checks.postgres, body.checks.migrations]).toEqual([
      503,
      'unavailable',
      'ok',
      'ok',
    ])
    expect((await node.get('/healthz')).status).toBe(200)
  }
}

async function expectRecovered(load: Load, what: string) {
  await Promise.all([everywhere('redis', true), everywhere('bus', true)])
  tell(`attempts with ${what}: ${(await load.expectAllDone()).join(' ')}`)
  for (const node of system.nodes) {
    expect(node.isRunning()).toBe(true)
    expect(node.output()).not.toContain('because of a bug')
  }
}

onCluster(
  'a master dies and its replica takes over: no line is lost, none comes twice',
  async () => {
    cluster = await startCluster({ replicas: 1 })
    await untilReplicated()
    const env = { REDIS_URL: cluster.url, JOB_LOCK_MS: '3000', WORKER_CONCURRENCY: '4' }
    system = await System.start({ webs: 2, workers: 2, env })
    const load = new Load(system)
    await load.begin()
    await (await masterOfDemo()).stop()
    await expectRedisDown()
    await load.watch(await makeJobs(system.webs, 4, STEP)) // accepted meanwhile
    await expectRecovered(load, 'a master killed')
  },
  200_000,
)

/** A master of which a replica is left, and that replica. */
async function pairLeft(): Promise<{ master: RedisServer; replica: RedisServer }> {
  for (const master of cluster.servers) {
    const port = /^slave0:.*port=(\d+)/m.exec(await info(master).catch(() => ''))?.[1]
    const replica = cluster.servers.find(server => server.port === Number(port))
    if (replica) return { master, replica }
  }
  throw new Error('No master has a replica')
}

onCluster(
  'the Cluster is down because a master died and its replica hangs: jobs wait; the replica wakes and they go on',
  async () => {
    const { master, replica } = await pairLeft()
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
      await load.watch(await makeJobs(system.webs, 4, STEP))
    } finally {
      replica.signal('SIGCONT')
    }
    await expectRecovered(load, 'the Cluster down')
  },
  200_000,
)
