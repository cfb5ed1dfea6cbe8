import type { Job } from './jobs'
import { Load, STEP } from './load'
import { print, System } from './system'

let system: System

beforeAll(async () => {
  system = await System.start({ env: { WORKER_CONCURRENCY: '4', JOB_LOCK_MS: '2000' } })
})

afterAll(() => system.stop())

test('after everything is killed and started again, all accepted jobs end, with their history', async () => {
  const load = new Load(system)
  await load.begin()
  const body = { kind: 'demo', input: { steps: [{ name: 'work', ...STEP }] } }
  const requests = Array.from({ length: 30 }, (_, i) => system.web(i % 2).post<{ job: Job }>('/api/jobs', body))
  await requests[4] // the others are in flight
  await system.killAll()
  const responses = await Promise.allSettled(requests)
  const accepted = responses.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))
  expect(new Set(accepted.map(({ status }) => status))).toEqual(new Set([202]))
  await load.watch(accepted.map(response => response.body.job))

  await Promise.all([system.parts.redis.restart(), system.parts.postgres.restart()])
  await system.startNodes(2, 2)
  print(`accepted just before the kill: ${accepted.length} of ${requests.length}`)
  print(`attempts after everything was killed: ${(await load.expectAllDone()).join(' ')}`)
})
