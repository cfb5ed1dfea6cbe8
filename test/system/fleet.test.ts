import { connect, createServer, type Server, type Socket } from 'node:net'
import { Fleet } from '../../load/fleet/fleet'
import { SseReader } from '../support/sse'
import type { Job } from './jobs'
import type { Node } from './node'
import { print, System } from './system'

const HOSTS = 40

let system: System
let balancer: Balancer
let fleet: Fleet

beforeAll(async () => {
  system = await System.start({ webs: 2, workers: 2, env: { JOB_LOCK_MS: '2000' } })
  balancer = await Balancer.start(system.webs)
  const { body } = await system.web().post<{ secret: string }>('/api/enroll-secrets', { name: 'system' })
  system.secrets.push(body.secret)
  const behavior = { delayMs: [50, 600] as const, duplicates: 0.3 }
  fleet = new Fleet({ url: balancer.url, secret: body.secret, hosts: HOSTS, seed: 'system', behavior })
  fleet.start()
})

afterAll(async () => {
  await fleet.stop()
  await balancer.stop()
  await system.stop()
})

interface Query {
  id: string
  status: string
  row_count: number
  counts: Record<string, number>
}

test('after a web and a worker process are killed, every query ends with one answer from each host', async () => {
  await untilHosts(HOSTS)
  const queries = await Promise.all(
    ['os_version', 'system_info', 'time'].map(table => createQuery(`select * from ${table}`)),
  )
  const viewers = await Promise.all(queries.map(query => watch(system.web(1), query)))
  const results = () => viewers.map(viewer => viewer.named('query_result').length)
  await viewers[0]?.until(() => results().some(count => count > 0))
  const { body: job } = await system.web(1).get<Job>(`/api/jobs/${queries[0]?.id}`)
  const worker = system.workers.find(each => each.pid === Number(job.worker?.split(':')[1])) ?? system.worker()
  const before = results()
  await Promise.all([system.web(0).kill(), worker.kill()])
  await Promise.all(viewers.map(viewer => viewer.until(() => viewer.named('end').length > 0, 'the end')))
  print(`answers seen before the kill: ${before.join(' ')} of ${HOSTS} each`)

  await expectAllAnswers(queries, viewers)
})

test('while Redis is down, queries reach hosts and their answers reach viewers', async () => {
  await system.parts.redis.kill()
  const queries = [await createQuery('select * from uptime')]
  const viewers = await Promise.all(queries.map(query => watch(system.web(1), query)))
  await viewers[0]?.until(() => viewers[0]?.named('end').length === 1, 'the end')
  await system.parts.redis.restart()
  await expectAllAnswers(queries, viewers)
})

test('a PostgreSQL restart loses no answers, because agents keep what was not accepted', async () => {
  const queries = await Promise.all(['users', 'processes'].map(table => createQuery(`select * from ${table} limit 1`)))
  const viewers = await Promise.all(queries.map(query => watch(system.web(1), query)))
  await viewers[0]?.until(() => viewers[0]?.named('query_result').length !== 0, 'an answer')
  await system.parts.postgres.kill()
  await system.parts.postgres.restart()
  await Promise.all(viewers.map(viewer => viewer.until(() => viewer.named('end').length > 0, 'the end')))
  await expectAllAnswers(queries, viewers)
})

/** Every host has one result event and one row, and the job has completed. */
async function expectAllAnswers(queries: readonly Query[], viewers: readonly SseReader[]) {
  const web = system.web(1)
  for (const [i, { id }] of queries.entries()) {
    const hosts = viewers[i]?.named('query_result').map(({ data }) => data.host_id as string) ?? []
    expect([hosts.length, new Set(hosts).size]).toEqual([HOSTS, HOSTS])
    const { body: query } = await web.get<Query>(`/api/queries/${id}`)
    expect(query).toMatchObject({ status: 'completed', row_count: HOSTS, counts: { completed: HOSTS, targets: HOSTS } })
    const { body } = await web.get<{ items: { host_id: string }[] }>(`/api/queries/${id}/results?limit=1000`)
    expect(body.items.map(({ host_id }) => host_id).sort()).toEqual([...hosts].sort())
    const job = await SseReader.open(`${web.url}/api/jobs/${id}/logs/stream`, web.headers)
    await job.until(() => job.named('end').length > 0)
    expect(job.named('end')[0]?.data.reason).toBe('completed')
  }
}

const createQuery = async (sql: string) =>
  (await system.web(1).post<{ query: Query }>('/api/queries', { sql, targets: { all: true } })).body.query

const watch = (web: Node, { id }: Query) => SseReader.open(`${web.url}/api/queries/${id}/stream?limit=all`, web.headers)

/** Reads the tenant's events from the beginning. */
async function untilHosts(count: number) {
  const web = system.web(1)
  const reader = await SseReader.open(`${web.url}/api/v2/events/stream?types=host_enrolled&limit=all`, web.headers)
  await reader.until(() => reader.named('host_enrolled').length >= count, 'all hosts')
  void reader.close()
}

/** Distributes connections round-robin over the running processes, like a load balancer. */
class Balancer {
  private turn = 0
  private readonly sockets = new Set<Socket>()

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static start(nodes: readonly Node[]): Promise<Balancer> {
    const server = createServer()
    return new Promise(resolve => {
      server.listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number }
        const balancer = new Balancer(server, `http://127.0.0.1:${port}`)
        server.on('connection', socket => balancer.forward(socket, nodes))
        resolve(balancer)
      })
    })
  }

  private forward(socket: Socket, nodes: readonly Node[]) {
    const running = nodes.filter(node => node.isRunning())
    const node = running[this.turn++ % running.length]
    if (!node) return socket.destroy()
    const { hostname, port } = new URL(node.url)
    const upstream = connect(Number(port), hostname)
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      this.sockets.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        this.sockets.delete(from)
        to.destroy()
      })
    }
    return undefined
  }

  async stop() {
    for (const socket of this.sockets) socket.destroy()
    await new Promise(resolve => this.server.close(resolve))
  }
}
