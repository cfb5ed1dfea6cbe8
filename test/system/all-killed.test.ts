import type { Job } from './jobs'
import { Load, STEP } from './load'
import { System, tell } from './system'

let system: System

beforeAll(async () => {
  system = await System.start({ env: { WORKER_CONCURRENCY: '4', JOB_LOCK_MS: '2000' } })
}, 150_000)

afterAll(() => system.stop())

test('kill -9 of everything: after the next start all accepted jobs end, with their history', async () => {
  const load = new Load(system)
  await load.begin()
  const body = { kind: 'demo', input: { steps: [{ name: 'work', ...STEP }] } }
  const asked = Array.from({ length: 30 }, (_, i) => system.web(i % 2).post<{ job: Job }>('/api/jobs', body))
  await asked[4] // the others are under way
  await system.killAll()
  const answers = await Promise.allSettled(asked)
  const accepted = answers.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))
  expect(new Set(accepted.map(({ status }) => status))).toEqual(new Set([202]))
  await load.watch(accepted.map(answer => answer.body.job))

  await Promise.all([system.parts.redis.restart(), system.parts.postgres.restart()])
  await system.startNodes(2, 2)
  tell(`accepted in the last moment: ${accepted.length} of ${asked.length}`)
  tell(`attempts with everything killed: ${(await load.expectAllDone()).join(' ')}`)
}, 240_000)
