import { act, scripted } from '../kinds'
import { ACTOR, createPlace, eventually, type TestNode } from '../node'

let place: Awaited<ReturnType<typeof createPlace>>
let node: TestNode
beforeAll(async () => {
  place = await createPlace()
  node = await place.start({ handlers: scripted, reconcileMs: 300 })
})
afterAll(() => place.stop())

const everySecond = { tenantId: '', name: 'tick', timing: { everyMs: 1_000 }, createdBy: ACTOR }
const madeBy = async (id: string) => (await node.jobs.list(place.tenantId, { actor: id }, { limit: 100 })).items
const figures = async () => (await node.jobs.schedules.list(place.tenantId))[0]
const scheduler = (id: string) => node.jobs.engine.queue('schedules').getJobScheduler(id)

test('a schedule creates one job per due time, even if a tick runs twice', async () => {
  const id = await node.jobs.schedules.set(act, { value: 1 }, { ...everySecond, tenantId: place.tenantId })
  await eventually(async () => (await madeBy(id)).length >= 2)
  const [tick] = await node.jobs.engine.queue('schedules').getJobs(['completed'], 0, 0)
  if (!tick) throw new Error('no tick')
  const made = await madeBy(id)
  await node.jobs.schedules.tick(tick)
  await eventually(async () => (await madeBy(id)).length > made.length)
  const times = (await madeBy(id)).map(({ reason }) => reason)
  expect(times).toEqual(times.map(() => expect.stringMatching(/^Due at /)))
  expect(times).toHaveLength(new Set(times).size)
})

test('a schedule that BullMQ lost or left overdue is restored', async () => {
  const { id = '' } = (await figures()) ?? {}
  await node.jobs.engine.queue('schedules').removeJobScheduler(id)
  await eventually(async () => (await scheduler(id))?.next)
  const late = Date.now() - 60_000
  // What a producer that died between two jobs leaves behind: a next time that has long passed.
  await node.jobs.engine.client.zadd(node.jobs.engine.key('schedules', 'repeat'), late, id)
  await eventually(async () => ((await scheduler(id))?.next ?? 0) > Date.now())
  const before = (await madeBy(id)).length
  await eventually(async () => (await madeBy(id)).length > before)
})

test('the same name updates a schedule, and a deleted one creates no jobs', async () => {
  const id = await node.jobs.schedules.set(
    act,
    {},
    { ...everySecond, tenantId: place.tenantId, timing: { cron: '0 8 * * *', timezone: 'Europe/Berlin' } },
  )
  expect(await figures()).toMatchObject({ id, cron: '0 8 * * *', every_ms: null })
  await node.jobs.schedules.unset(place.tenantId, 'tick')
  expect(await figures()).toBeUndefined()
  expect(await scheduler(id)).toBeUndefined()
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
    expect(await node.jobs.schedules.list(place.tenantId)).toEqual([])
  })
})
