import { act, scripted } from './kinds'
import { ACTOR, createPlace, eventually, type TestNode } from './node'

let place: Awaited<ReturnType<typeof createPlace>>
let node: TestNode
beforeAll(async () => {
  place = await createPlace()
  node = await place.start({ handlers: scripted, reconcileMs: 300 })
})
afterAll(() => place.stop())

const everySecond = { tenantId: '', name: 'tick', timing: { everyMs: 1_000 }, createdBy: ACTOR }
const jobsCreatedBy = async (id: string) => (await node.jobs.list(place.tenantId, { actor: id }, { limit: 100 })).items
const scheduleStatus = async () => (await node.jobs.schedules.status(place.tenantId))[0]

test('a schedule creates one job per due time, even if a tick runs twice', async () => {
  const id = await node.jobs.schedules.set(act, { value: 1 }, { ...everySecond, tenantId: place.tenantId })
  await eventually(async () => (await jobsCreatedBy(id)).length >= 2)
  const [tick] = await node.jobs.engine.queue('schedules').getJobs(['completed'], 0, 0)
  if (!tick) throw new Error('no tick')
  const before = await scheduleStatus()
  await node.jobs.schedules.tick(tick)
  expect((await scheduleStatus())?.schedule.last_at?.getTime()).toBeGreaterThanOrEqual(
    before?.schedule.last_at?.getTime() ?? 0,
  )
  const made = await jobsCreatedBy(id)
  const keys = await node.db('job_keys').where('key', 'like', `schedule:${id}:%`)
  expect(new Set(keys.map(({ job_id }) => job_id)).size).toBe(keys.length)
  expect(made.length).toBeLessThanOrEqual(keys.length)
})

test('a schedule that BullMQ lost or left overdue is restored', async () => {
  const found = await scheduleStatus()
  const { id } = found?.schedule ?? { id: '' }
  const queue = node.jobs.engine.queue('schedules')
  await queue.removeJobScheduler(id)
  await eventually(async () => (await scheduleStatus())?.nextAt)
  const late = Date.now() - 60_000
  // A producer that died between two jobs leaves a next time that is long past.
  await node.jobs.engine.client.zadd(node.jobs.engine.key('schedules', 'repeat'), late, id)
  expect((await scheduleStatus())?.overdueMs).toBeGreaterThan(50_000)
  await eventually(async () => (await scheduleStatus())?.overdueMs === 0)
  const before = (await jobsCreatedBy(id)).length
  await eventually(async () => (await jobsCreatedBy(id)).length > before)
})

test('the same name updates a schedule, and a deleted one creates no jobs', async () => {
  const id = await node.jobs.schedules.set(
    act,
    {},
    { ...everySecond, tenantId: place.tenantId, timing: { cron: '0 8 * * *', timezone: 'Europe/Berlin' } },
  )
  expect((await scheduleStatus())?.schedule).toMatchObject({ id, cron: '0 8 * * *', every_ms: null })
  await node.jobs.schedules.unset(place.tenantId, 'tick')
  expect(await scheduleStatus()).toBeUndefined()
  expect(await node.jobs.engine.queue('schedules').getJobScheduler(id)).toBeUndefined()
})

describe('a schedule that can never come due is refused before it is stored', () => {
  test.each([
    ['cron', { cron: '61 * * * *' }, /not a cron expression/],
    ['cron', { cron: 'every day' }, /not a cron expression/],
    ['cron', { cron: '' }, /empty/],
    ['timezone', { cron: '0 8 * * *', timezone: 'Mars/Olympus' }, /no time zone "Mars\/Olympus"/],
    ['every_ms', { everyMs: 0 }, /whole number/],
    ['every_ms', { everyMs: 1_000.5 }, /whole number/],
    ['every_ms', { everyMs: Number.NaN }, /whole number/],
  ])('%s in %j', async (path, timing, message) => {
    const request = { tenantId: place.tenantId, name: 'never', timing, createdBy: ACTOR }
    await expect(node.jobs.schedules.set(act, {}, request)).rejects.toMatchObject({
      status: 400,
      errors: [{ path, message: expect.stringMatching(message) }],
    })
    expect(await node.jobs.schedules.status(place.tenantId)).toEqual([])
  })
})
