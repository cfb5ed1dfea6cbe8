import { Fleet } from '../../load/fleet/fleet'
import { type Relay, startRelay } from '../../load/relay'
import { SseReader } from '../support/sse'
import {
  createJob,
  createJobs,
  demoLines,
  difference,
  expectCompleteLog,
  getAttempts,
  getLog,
  handlerMessages,
} from './jobs'
import { metricOf, type Node } from './node'
import { print, System, untilPart } from './system'
import { Viewer } from './viewer'

/** A round trip of 50 ms. */
const FAR = { toServerMs: 25, toClientMs: 25 }

let system: System
let relays: Relay[] = []
let web: Node
let worker: Node

beforeAll(async () => {
  system = await System.start({ webs: 0, workers: 0 })
  const { postgres, redis } = system.parts
  relays = await Promise.all([postgres, redis].map(({ url }) => startRelay(url, FAR)))
  const [database, cache] = relays
  const env = { DATABASE_URL: database?.url ?? '', REDIS_URL: cache?.url ?? '' }
  ;[web, worker] = (await Promise.all([system.startNode('web', env), system.startNode('worker', env)])) as [Node, Node]
})

afterAll(async () => {
  await system.stop()
  await Promise.all(relays.map(relay => relay.stop()))
})

test('with 50 ms to Redis and PostgreSQL, jobs run once and their viewers see every line', async () => {
  for (const node of [web, worker]) for (const part of ['redis', 'postgres']) await untilPart(node, part, true)
  const jobs = await createJobs([web], 8, { lines: 200, interval_ms: 5 })
  const viewers = jobs.map(({ id }) => new Viewer({ topic: `job:${id}`, at: () => web }))
  await Promise.all(viewers.map(viewer => viewer.done))
  for (const [i, { id }] of jobs.entries()) {
    const logged = await getLog(web, id)
    expectCompleteLog(logged)
    expect((await getAttempts(web, id)).map(({ outcome }) => outcome)).toEqual(['completed'])
    expect(handlerMessages(logged, 1)).toEqual(demoLines(200))
    expect(difference(viewers[i]?.lines ?? [], logged)).toBeUndefined()
  }
})

test('with 50 ms to PostgreSQL, flushes become larger, so that lines do not become slower', async () => {
  const LINES = 20_000
  const appends = () => metricOf(worker, 'tailrace_stream_append_seconds_count')
  const before = await appends()
  const started = performance.now()
  const { id } = await createJob(web, { lines: LINES })
  await new Viewer({ topic: `job:${id}`, at: () => web }).done
  const seconds = (performance.now() - started) / 1_000
  const flushes = (await appends()) - before
  print(`${LINES} lines in ${seconds.toFixed(1)} s, ${Math.round(LINES / flushes)} per flush`)
  expect(handlerMessages(await getLog(web, id), 1)).toHaveLength(LINES)
  expect(LINES / flushes).toBeGreaterThan(500)
})

test('with 50 ms to Redis and PostgreSQL, live queries reach their hosts and the answers reach viewers', async () => {
  const { body: enrollment } = await web.post<{ secret: string }>('/api/enroll-secrets', { name: 'far away' })
  system.secrets.push(enrollment.secret)
  const fleet = new Fleet({ url: web.url, secret: enrollment.secret, hosts: 5, seed: 'distant' })
  fleet.start()
  try {
    const viewer = new Viewer({ topic: 'events', at: () => web })
    await viewer.until(() => viewer.named('host_enrolled').length === 5)
    await viewer.close()
    const id = await askAll('select * from uptime')
    const stream = `${web.url}/api/queries/${id}/stream?limit=all`
    const reader = await SseReader.open(stream, web.headers)
    await reader.until(() => reader.named('end').length > 0)
    const hosts = reader.named('query_result').map(({ data }) => data.host_id)
    expect([hosts.length, new Set(hosts).size]).toEqual([5, 5])
  } finally {
    await fleet.stop()
  }
})

/** A busy machine may refuse a request, and says that it did. @returns the id of the query */
async function askAll(sql: string): Promise<string> {
  for (;;) {
    const { status, body } = await web.post<{ query: { id: string }; code?: string }>('/api/queries', {
      sql,
      targets: { all: true },
    })
    if (status === 202) return body.query.id
    if (body.code !== 'unavailable') throw new Error(`Refused with ${status}: ${JSON.stringify(body)}`)
    print('a query was refused, asking again')
  }
}

test('nothing was taken for an outage meanwhile', () => {
  const outage = /"level":"error"|interrupted by an outage|waiting for the database|cannot be reached/
  for (const { output } of [web, worker])
    expect(
      output()
        .split('\n')
        .filter(line => outage.test(line)),
    ).toEqual([])
})
