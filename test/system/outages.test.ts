import { type Job, makeJobs } from './jobs'
import { Load, STEP } from './load'
import { readiness, System, tell, untilPart } from './system'

let system: System

beforeAll(async () => {
  system = await System.start({ env: { WORKER_CONCURRENCY: '4', JOB_LOCK_MS: '3000' } })
}, 150_000)

afterAll(() => system.stop())

const pids = () => system.nodes.map(({ pid }) => pid)
const allStillRun = () => expect(system.nodes.map(node => node.isRunning())).toEqual(pids().map(() => true))
const everywhere = (part: string, isWell: boolean) =>
  Promise.all(system.nodes.map(node => untilPart(node, part, isWell)))

test('Redis is killed and comes back: nothing is lost, nothing runs twice', async () => {
  const load = new Load(system)
  await load.begin()
  await system.parts.redis.kill()
  await everywhere('redis', false)
  for (const node of system.nodes) {
    const { status, body } = await readiness(node)
    expect([status, body.status, body.checks.redis, body.checks.postgres]).toEqual([503, 'unavailable', 'failed', 'ok'])
    expect((await node.get('/healthz')).status).toBe(200)
  }
  await load.watch(await makeJobs(system.webs, 4, STEP)) // accepted meanwhile
  await system.parts.redis.restart()
  await everywhere('redis', true)
  tell(`attempts with Redis restarted: ${(await load.expectAllDone()).join(' ')}`)
  allStillRun()
}, 200_000)

test('Redis forgets everything: all that was accepted still ends', async () => {
  const load = new Load(system)
  await load.begin()
  await system.flushRedis()
  await load.watch(await makeJobs(system.webs, 4, STEP))
  tell(`attempts with Redis emptied: ${(await load.expectAllDone()).join(' ')}`)
  allStillRun()
}, 200_000)

test('PostgreSQL is killed and comes back: nothing is lost, nothing runs twice', async () => {
  const load = new Load(system)
  await load.begin()
  await system.parts.postgres.kill()
  await everywhere('postgres', false)
  for (const node of system.nodes) {
    const { status, body } = await readiness(node)
    expect([status, body.checks.postgres, body.checks.redis]).toEqual([503, 'failed', 'ok'])
    expect((await node.get('/healthz')).status).toBe(200)
  }
  const asked = system.webs.map(web =>
    web.post<{ job: Job }>('/api/jobs', { kind: 'demo', input: { steps: [{ name: 'work', ...STEP }] } }),
  )
  await system.parts.postgres.restart()
  await everywhere('postgres', true)
  // Either it waited for the database, and is durable, or it was refused.
  for (const { status, body } of await Promise.all(asked)) {
    expect([202, 503]).toContain(status)
    if (status === 202) await load.watch([body.job])
  }
  tell(`attempts with PostgreSQL restarted: ${(await load.expectAllDone()).join(' ')}`)
  allStillRun()
}, 200_000)
