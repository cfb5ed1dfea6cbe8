import {
  type Cluster,
  clusterTest,
  command,
  failOver,
  info,
  isReplica,
  masterOf,
  moveSlot,
  SLOTS,
  startCluster,
} from '../support/cluster'
import { eventually } from '../support/programs'
import type { RedisServer } from '../support/redis'
import { createJobs } from '../system/jobs'
import { Load, STEP } from '../system/load'
import type { Node } from '../system/node'
import { print, readiness, System, untilPart } from '../system/system'

const onCluster = clusterTest()
let cluster: Cluster
let system: System

afterAll(async () => {
  await system?.stop()
  await cluster?.stop()
})

const countReplicas = async (servers: RedisServer[]) =>
  (await Promise.all(servers.map(isReplica))).filter(Boolean).length

/** The slot of the jobs that `Load` creates. */
const slotOfDemo = async () => Number(await command(cluster.servers[0] as RedisServer, 'KEYSLOT', '{tailrace:demo}'))

const untilAll = (part: string, isUp: boolean) => Promise.all(system.nodes.map(node => untilPart(node, part, isUp)))

/** A failover may be over before a process on a busy machine has noticed that the master is gone. */
async function expectRedisDown(isOver: () => Promise<boolean> = async () => false) {
  const isDown = async () => (await Promise.all(system.nodes.map(isRedisDown))).every(Boolean) || (await isOver())
  await eventually(isDown, 'all processes report that Redis is down')
  for (const node of system.nodes) {
    await eventually(() => isOnlyRedisDown(node), 'nothing but Redis is down')
    expect((await node.get('/healthz')).status).toBe(200)
  }
}

/** Or the replica has already taken over. */
async function isOnlyRedisDown(node: Node) {
  const { status, body } = await readiness(node)
  const { redis, postgres, migrations } = body.checks
  return redis === 'ok' || (status === 503 && postgres === 'ok' && migrations === 'ok')
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

async function start() {
  cluster = await startCluster({ replicas: 1 })
  const env = { REDIS_URL: cluster.url, JOB_LOCK_MS: '3000', WORKER_CONCURRENCY: '4' }
  system = await System.start({ webs: 2, workers: 2, env })
}

onCluster('when a replica takes over from its running master, jobs go on and no line is lost or repeated', async () => {
  await start()
  const load = new Load(system)
  await load.begin()
  await failOver(cluster, await masterOf(cluster, await slotOfDemo()))
  await load.watch(await createJobs(system.webs, 4, STEP))
  await expectRecovered(load, 'a planned failover')
})

onCluster('while the slot of a queue moves to another master, no line is lost or repeated', async () => {
  const load = new Load(system)
  await load.begin()
  const slot = await slotOfDemo()
  const from = await masterOf(cluster, slot)
  const to = await masterOf(cluster, (slot + SLOTS / 2) % SLOTS)
  const more = createJobs(system.webs, 4, STEP)
  await moveSlot(cluster, slot, from, to)
  await load.watch(await more)
  expect(await masterOf(cluster, slot)).toBe(to)
  await expectRecovered(load, 'a slot was moved')
})

onCluster('when a master dies and its replica takes over, no line is lost or repeated', async () => {
  const load = new Load(system)
  await load.begin()
  const master = await masterOf(cluster, await slotOfDemo())
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
        (await command(server, 'INFO').catch(() => '')).includes('cluster_state:fail')
      await eventually(async () => (await Promise.all(others.map(isDown))).some(Boolean), 'the Cluster is down')
      await expectRedisDown()
      await load.watch(await createJobs(system.webs, 4, STEP))
    } finally {
      replica.signal('SIGCONT')
    }
    await expectRecovered(load, 'the Cluster was down')
  },
)
