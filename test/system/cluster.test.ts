import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { eventually } from '../support/programs'
import { type Cluster, clusterTest, startCluster } from '../support/redis'
import { type Job, jobAt, makeJob } from './jobs'
import type { Node } from './node'
import { System, tell, untilPart } from './system'

const onCluster = clusterTest()
let cluster: Cluster
let system: System

async function start() {
  cluster = await startCluster()
  system = await System.start({ webs: 1, workers: 1, env: { REDIS_URL: cluster.url, JOB_LOCK_MS: '3000' } })
}

afterAll(async () => {
  await system?.stop()
  await cluster?.stop()
})

/** An answer of one server of the Cluster. */
async function ask<T>(port: number, question: (server: Redis) => Promise<T>): Promise<T> {
  const server = new Redis({ port, host: '127.0.0.1' })
  try {
    return await question(server)
  } finally {
    server.disconnect()
  }
}

const untilEnded = async (web: Node, id: string): Promise<string> => {
  let status = ''
  await eventually(async () => {
    status = (await jobAt(web, id)).status
    return !['scheduled', 'pending', 'running'].includes(status)
  }, `job ${id} ends`)
  return status
}

const serverOfQueue = async (queue: string) => {
  for (const server of cluster.servers)
    if ((await ask(server.port, client => client.keys(`{tailrace:${queue}}:*`))).length) return server
  throw new Error(`No server has the queue ${queue}`)
}

onCluster(
  'jobs flow in all queues, which are on different servers',
  async () => {
    await start()
    const web = system.web()
    const asked = [
      ['/api/jobs', { kind: 'demo', input: { steps: [{ name: 'work', workers: 1, lines: 5, interval_ms: 0 }] } }],
      ['/api/jobs', { kind: 'health-check', input: { url: `${web.url}/healthz` } }],
      ['/api/jobs/actions', { action: 'remove', filter: { status: 'failed' }, reason: 'test' }],
      ['/api/retention/run', { reason: 'test' }],
    ] as const
    for (const [path, body] of asked) {
      const answer = await web.post<{ job: Job }>(path, body)
      expect([path, answer.status]).toEqual([path, 202])
      expect([path, await untilEnded(web, answer.body.job.id)]).toEqual([path, 'completed'])
    }
    const { body } = await web.get<{ items: { name: string; counts: unknown }[] }>('/api/queues')
    const servers = new Set<number>()
    for (const { name, counts } of body.items) {
      expect([name, counts]).toEqual([name, expect.anything()])
      servers.add((await serverOfQueue(name)).port)
    }
    expect(servers.size).toBe(cluster.servers.length)
    const lists = await Promise.all(cluster.servers.map(({ port }) => ask(port, client => client.client('LIST'))))
    const ours = lists.map(
      list =>
        String(list)
          .split('\n')
          .filter(line => /name=\S/.test(line)).length,
    )
    tell(`connections of a web and a worker process to each server of a Cluster: ${ours.join(', ')}`)
  },
  150_000,
)

onCluster(
  'a server of the Cluster hangs: not ready, no bug, jobs wait; it comes back and they run',
  async () => {
    const [web, worker] = [system.web(), system.worker()]
    const server = await serverOfQueue('demo')
    server.signal('SIGSTOP')
    try {
      await Promise.all([web, worker].map(node => untilPart(node, 'redis', false)))
      for (let i = 0; i < 5; i++) {
        const { status, headers } = await web.get('/api/queues')
        expect([200, 503]).toContain(status)
        if (status === 503) expect(headers.get('retry-after')).toBeTruthy()
        await delay(200) // through what a Cluster says one after the other of a server that is lost
      }
      const waiting = await makeJob(web, { lines: 5 })
      expect((await web.get('/healthz')).status).toBe(200)
      server.signal('SIGCONT')
      await Promise.all([web, worker].map(node => untilPart(node, 'redis', true)))
      expect(await untilEnded(web, waiting.id)).toBe('completed')
    } finally {
      server.signal('SIGCONT')
    }
    const { body } = await web.get<{ items: { counts: unknown }[] }>('/api/queues')
    for (const { counts } of body.items) expect(counts).not.toBeNull()
    for (const node of [web, worker]) expect(node.output()).not.toContain('because of a bug')
  },
  150_000,
)
