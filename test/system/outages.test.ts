import { createJobs, type Job } from './jobs'
import { Load, STEP } from './load'
import { print, readiness, System, untilPart } from './system'

let system: System

beforeAll(async () => {
  system = await System.start({ env: { WORKER_CONCURRENCY: '4', JOB_LOCK_MS: '3000' } })
})

afterAll(() => system.stop())

const pids = () => system.nodes.map(({ pid }) => pid)
const expectAllRunning = () => expect(system.nodes.map(node => node.isRunning())).toEqual(pids().map(() => true))
const untilAll = (part: string, isUp: boolean) => Promise.all(system.nodes.map(node => untilPart(node, part, isUp)))

test('when Redis is killed and restarted, nothing is lost and nothing runs twice', async () => {
  const load = new Load(system)
  await load.begin()
  await system.parts.redis.kill()
  await untilAll('redis', false)
  for (const node of system.nodes) {
    const { status, body } = await readiness(node)
    expect([status, body.status, body.checks.redis, body.checks.postgres]).toEqual([503, 'unavailable', 'failed', 'ok'])
    expect((await node.get('/healthz')).status).toBe(200)
  }
  await load.watch(await createJobs(system.webs, 4, STEP)) // accepted during the outage
  await system.parts.redis.restart()
  await untilAll('redis', true)
  print(`attempts after Redis was restarted: ${(await load.expectAllDone()).join(' ')}`)
  expectAllRunning()
})

test('when Redis loses all data, all accepted jobs still end', async () => {
  const load = new Load(system)
  await load.begin()
  await system.flushRedis()
  await load.watch(await createJobs(system.webs, 4, STEP))
  print(`attempts after Redis was flushed: ${(await load.expectAllDone()).join(' ')}`)
  expectAllRunning()
})

test('when PostgreSQL is killed and restarted, nothing is lost and nothing runs twice', async () => {
  const load = new Load(system)
  await load.begin()
  await system.parts.postgres.kill()
  await untilAll('postgres', false)
  for (const node of system.nodes) {
    const { status, body } = await readiness(node)
    expect([status, body.checks.postgres, body.checks.redis]).toEqual([503, 'failed', 'ok'])
    expect((await node.get('/healthz')).status).toBe(200)
  }
  const requests = system.webs.map(web =>
    web.post<{ job: Job }>('/api/jobs', { kind: 'demo', input: { steps: [{ name: 'work', ...STEP }] } }),
  )
  await system.parts.postgres.restart()
  await untilAll('postgres', true)
  // A request either waited for the database and is durable, or was refused.
  for (const { status, body } of await Promise.all(requests)) {
    expect([202, 503]).toContain(status)
    if (status === 202) await load.watch([body.job])
  }
  print(`attempts after PostgreSQL was restarted: ${(await load.expectAllDone()).join(' ')}`)
  expectAllRunning()
})
