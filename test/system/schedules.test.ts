import type { Job } from '../../src/contract/jobs'
import type { Schedule } from '../../src/contract/schedules'
import { eventually } from '../support/programs'
import { System } from './system'

const EVERY_MS = 1_000
let system: System

beforeAll(async () => {
  system = await System.start({ webs: 1, env: { JOB_LOCK_MS: '2000' } })
})

afterAll(() => system.stop())

/** The jobs of a schedule, oldest first. */
async function jobsOf(schedule: Schedule): Promise<Job[]> {
  const { body } = await system.web().get<{ items: Job[] }>(`/api/jobs?actor=${schedule.id}&limit=500`)
  return body.items.reverse()
}

async function untilMore(schedule: Schedule, count: number) {
  const goal = (await jobsOf(schedule)).length + count
  await eventually(async () => (await jobsOf(schedule)).length >= goal, 'the schedule goes on')
}

const dueAt = ({ reason }: Job) => Date.parse(reason?.replace('Due at ', '') ?? '')

test('kill -9 of workers, web and everything: each time has one job at most, and no time is lost', async () => {
  const { status, body: schedule } = await system.web().post<Schedule>('/api/schedules', {
    name: 'each second',
    kind: 'demo',
    input: { steps: [{ name: 'work', workers: 1, lines: 1, interval_ms: 0 }] },
    every_seconds: EVERY_MS / 1_000,
    overlap: 'queue',
  })
  expect(status).toBe(201)
  await untilMore(schedule, 2)
  for (const index of [0, 1, 0]) {
    await system.worker(index).kill()
    system.workers[index] = await system.startNode('worker')
    await untilMore(schedule, 1)
  }
  await system.web().kill()
  system.webs[0] = await system.startNode('web')
  await untilMore(schedule, 2)
  await system.killAll()
  await Promise.all([system.parts.redis.restart(), system.parts.postgres.restart()])
  await system.startNodes(1, 2)
  await untilMore(schedule, 3)

  const jobs = await jobsOf(schedule)
  const times = jobs.map(dueAt)
  expect(times[0]).toBe(Date.parse(schedule.next_at ?? ''))
  for (const [i, at] of times.entries()) {
    if (i === 0) continue
    expect(at).toBeGreaterThan(times[i - 1] ?? Number.NaN)
    // all the times that had come by then are made up for by one job
    expect(at - EVERY_MS).toBeLessThanOrEqual(Date.parse(jobs[i - 1]?.created_at ?? ''))
  }
  const open = async () => (await jobsOf(schedule)).filter(job => job.id <= (jobs.at(-1)?.id ?? '') && !job.ended_at)
  await eventually(async () => (await open()).length === 0, 'all of its jobs end')
})
