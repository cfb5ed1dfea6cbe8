import { setTimeout as delay } from 'node:timers/promises'
import { type Cluster, clusterTest, startCluster } from '../support/cluster'
import { eventually } from '../support/programs'
import { onServer } from '../support/redis'
import { createJob, getJob, type Job } from './jobs'
import type { Node } from './node'
import { print, System, untilPart } from './system'

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

const untilEnded = async (web: Node, id: string): Promise<string> => {
  let status = ''
  await eventually(async () => {
    status = (await getJob(web, id)).status
    return !['scheduled', 'pending', 'running'].includes(status)
  }, `job ${id} ends`)
  return status
}

const serverOfQueue = async (queue: string) => {
  for (const server of cluster.servers)
    if ((await onServer(server, client => client.keys(`{tailrace:${queue}}:*`))).length) return server
  throw new Error(`No server has the queue ${queue}`)
}

onCluster('jobs run in all queues, which are on different servers', async () => {
  await start()
  const web = system.web()
  const requests = [
    ['/api/jobs', { kind: 'demo', input: { steps: [{ name: 'work', workers: 1, lines: 5, interval_ms: 0 }] } }],
    ['/api/jobs', { kind: 'health-check', input: { url: `${web.url}/healthz` } }],
    ['/api/jobs/actions', { action: 'remove', filter: { status: 'failed' }, reason: 'test' }],
    ['/api/retention/run', { reason: 'test' }],
  ] as const
  for (const [path, body] of requests) {
    const response = await web.post<{ job: Job }>(path, body)
    expect([path, response.status]).toEqual([path, 202])
    expect([path, await untilEnded(web, response.body.job.id)]).toEqual([path, 'completed'])
  }
  const { body } = await web.get<{ items: { name: string; counts: unknown }[] }>('/api/queues')
  const servers = new Set<number>()
  for (const { name, counts } of body.items) {
    expect([name, counts]).toEqual([name, expect.anything()])
    servers.add((await serverOfQueue(name)).port)
  }
  expect(servers.size).toBe(cluster.servers.length)
  const lists = await Promise.all(cluster.servers.map(server => onServer(server, client => client.client('LIST'))))
  const ours = lists.map(
    list =>
      String(list)
        .split('\n')
        .filter(line => /name=\S/.test(line)).length,
  )
  print(`connections of a web and a worker process to each server of a Cluster: ${ours.join(', ')}`)
})

onCluster(
  'while a server of the Cluster hangs, processes are not ready and jobs wait; afterwards the jobs run',
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
        await delay(200) // covers the different errors that a Cluster reports while it loses a server
      }
      const waiting = await createJob(web, { lines: 5 })
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
)
