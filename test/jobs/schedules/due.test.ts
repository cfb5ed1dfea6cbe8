import { newId } from '../../../src/base/ids'
import type { SkipReason } from '../../../src/contract/schedules'
import { newSchedule } from '../../../src/jobs/schedules/new-schedule'
import { findListed, insertSchedule, type Schedule } from '../../../src/jobs/schedules/schedule-store'
import { act, scripted, single } from '../kinds'
import { ACTOR, createPlace, type TestNode } from '../node'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const START = Date.parse('2026-03-28T12:00:00Z')

/** Nothing works here, so that only this test's clock makes schedules come due. */
let place: Awaited<ReturnType<typeof createPlace>>
let node: TestNode
let other: TestNode
let now = START
beforeAll(async () => {
  place = await createPlace()
  const options = { handlers: scripted, works: false, clock: () => new Date(now) }
  node = await place.start(options)
  other = await place.start(options)
})
beforeEach(() => {
  now = START
})
afterEach(async () => {
  await node.db('job_schedules').delete()
})
afterAll(() => place.stop())

type Given = Partial<Parameters<typeof newSchedule>[0]>

async function schedule(given: Given = {}): Promise<Schedule> {
  const fields = {
    tenantId: place.tenantId,
    name: newId(),
    kind: 'act',
    input: '{}',
    createdBy: ACTOR,
    isSystem: false,
  }
  const made = newSchedule({ ...fields, timing: { everyMs: MINUTE }, ...given }, new Date(now))
  const inserted = await node.db.transaction(trx => insertSchedule(trx, made))
  if (!inserted) throw new Error('the name is taken')
  return inserted
}

/** At a later time, as several processes do at once. */
async function pass(ms: number) {
  now += ms
  await Promise.all([node.jobs.schedules.fireDue(), other.jobs.schedules.fireDue()])
}

const jobsOf = async ({ id }: Schedule) => (await node.jobs.list(place.tenantId, { actor: id }, { limit: 200 })).items
const countOf = async (schedule: Schedule) => (await jobsOf(schedule)).length
const end = (ids: string[]) => node.db('jobs').whereIn('id', ids).update({ status: 'completed', ended_at: new Date() })
async function stateOf({ id }: Schedule) {
  const found = await findListed(node.db, place.tenantId, id)
  if (!found) throw new Error('the schedule is gone')
  return found
}
const skipOf = async (schedule: Schedule): Promise<SkipReason | null> => (await stateOf(schedule)).skip_reason

const skipEventsOf = async ({ id }: Schedule) => {
  const events = await node.db('stream_entries').where({ kind: 'schedule_skipped' }).orderBy('seq')
  return events.map(({ data }) => JSON.parse(data).data).filter(data => data.schedule_id === id)
}

test('a schedule creates one job per due time, whatever the number of processes', async () => {
  const it = await schedule({ overlap: 'queue' })
  await pass(MINUTE - 1)
  expect(await countOf(it)).toBe(0)
  await pass(1)
  await pass(0)
  expect(await countOf(it)).toBe(1)
  expect((await jobsOf(it))[0]?.reason).toBe('Due at 2026-03-28T12:01:00.000Z')
  for (let i = 0; i < 5; i++) await pass(MINUTE)
  expect(await countOf(it)).toBe(6)
  expect(await stateOf(it)).toMatchObject({ last_at: new Date(now), next_at: new Date(now + MINUTE) })
})

test('while its last job has not ended, the next one is skipped, and that is recorded', async () => {
  const it = await schedule()
  await pass(MINUTE)
  await pass(MINUTE)
  expect(await countOf(it)).toBe(1)
  expect(await stateOf(it)).toMatchObject({ skip_reason: 'overlap', skipped_at: new Date(now) })
  await end((await jobsOf(it)).map(({ id }) => id))
  await pass(MINUTE)
  expect(await countOf(it)).toBe(2)
})

test('a job that was created by hand counts as its last one, too', async () => {
  const it = await schedule()
  const { id } = await node.jobs.schedules.run(it, { createdBy: ACTOR, reason: 'by hand' })
  expect((await stateOf(it)).last_job_id).toBe(id)
  await pass(MINUTE)
  expect([await countOf(it), await skipOf(it)]).toEqual([0, 'overlap'])
  // by hand it may overlap, and does not change when it is due
  const due = (await stateOf(it)).next_at
  await node.jobs.schedules.run(it, { createdBy: ACTOR, reason: 'by hand' })
  await end([id])
  expect((await stateOf(it)).next_at).toEqual(due)
  await pass(MINUTE)
  expect([await countOf(it), await skipOf(it)]).toEqual([0, 'overlap'])
})

test('jobs that queue up have a limit', async () => {
  const it = await schedule({ overlap: 'queue' })
  const open = Array.from({ length: 99 }, () => newId())
  const { job } = await node.jobs.enqueue(act, {}, node.by)
  const rows = await node.db('jobs').where({ id: job.id })
  await node.db('jobs').insert(open.map(id => ({ ...rows[0], id, root_id: id })))
  await node.db('job_schedules').where({ id: it.id }).update({ open_jobs: open })
  await pass(MINUTE)
  await pass(MINUTE)
  expect([await countOf(it), await skipOf(it)]).toEqual([1, 'too_many_open'])
})

describe('after a time without any process', () => {
  test('catch_up one creates one job for all that was missed', async () => {
    const it = await schedule({ catchUp: 'one', overlap: 'queue' })
    await pass(10 * MINUTE + 30 * SECOND)
    expect(await countOf(it)).toBe(1)
    expect(await stateOf(it)).toMatchObject({ next_at: new Date(START + 11 * MINUTE), skip_reason: null })
    await pass(30 * SECOND)
    expect(await countOf(it)).toBe(2)
  })

  test('catch_up none creates none, and that is recorded', async () => {
    const it = await schedule({ catchUp: 'none' })
    await pass(10 * MINUTE + 31 * SECOND)
    expect([await countOf(it), await skipOf(it)]).toEqual([0, 'missed'])
    expect((await stateOf(it)).next_at).toEqual(new Date(START + 11 * MINUTE))
    expect(await skipEventsOf(it)).toEqual([
      {
        ...{ schedule_id: it.id, schedule_name: it.name, kind: 'act' },
        reason: 'missed',
        due_at: '2026-03-28T12:01:00.000Z',
      },
    ])
    await pass(29 * SECOND)
    expect(await countOf(it)).toBe(1)
  })

  test.each([
    ['half an interval', MINUTE, 30 * SECOND],
    ['a minute', 3_600 * SECOND, MINUTE],
    ['five seconds', 6 * SECOND, 5 * SECOND],
  ])('a time was missed after %s', async (_, everyMs, lateMs) => {
    const it = await schedule({ timing: { everyMs }, catchUp: 'none' })
    await pass(10 * everyMs + lateMs)
    expect([await countOf(it), await skipOf(it)]).toEqual([1, null])
    const late = await schedule({ timing: { everyMs }, catchUp: 'none' })
    await pass(10 * everyMs + lateMs + 1)
    expect([await countOf(late), await skipOf(late)]).toEqual([0, 'missed'])
  })
})

test('a schedule ends by itself after its last time', async () => {
  const it = await schedule({ until: new Date(START + 2 * MINUTE + SECOND), overlap: 'queue' })
  await pass(MINUTE)
  expect((await stateOf(it)).ended_at).toBeNull()
  await pass(MINUTE)
  expect(await stateOf(it)).toMatchObject({ next_at: null, ended_at: new Date(now) })
  await pass(10 * MINUTE)
  expect(await countOf(it)).toBe(2)
})

test('what was missed before the end is made up for after it', async () => {
  const it = await schedule({ until: new Date(START + 2 * MINUTE) })
  await pass(60 * MINUTE)
  expect([await countOf(it), (await stateOf(it)).next_at]).toEqual([1, null])
})

test('one that is paused creates nothing', async () => {
  const it = await schedule({ enabled: false })
  await pass(10 * MINUTE)
  expect([await countOf(it), (await stateOf(it)).next_at]).toEqual([0, null])
})

test('a time that clocks skip creates a job that much later, and one that they show twice creates one', async () => {
  const timing = { cron: '30 2 * * *', timezone: 'Europe/Berlin' }
  const spring = await schedule({ timing, overlap: 'queue' })
  await pass(Date.parse('2026-03-29T01:29:59Z') - now)
  expect(await countOf(spring)).toBe(0)
  await pass(SECOND)
  expect(await countOf(spring)).toBe(1)
  now = Date.parse('2026-10-24T12:00:00Z')
  const autumn = await schedule({ timing, overlap: 'queue' })
  await pass(Date.parse('2026-10-25T00:30:00Z') - now)
  expect(await countOf(autumn)).toBe(1)
  await pass(60 * MINUTE)
  expect(await countOf(autumn)).toBe(1)
  expect((await stateOf(autumn)).next_at).toEqual(new Date('2026-10-26T01:30:00Z'))
})

test('an input that its kind does not take any more is told, and the schedule goes on', async () => {
  const it = await schedule({ input: '{"does":"something else"}' })
  await pass(MINUTE)
  expect([await countOf(it), await skipOf(it)]).toEqual([0, 'invalid_input'])
  expect((await stateOf(it)).next_at).toEqual(new Date(now + MINUTE))
  const run = node.jobs.schedules.run(it, { createdBy: ACTOR, reason: 'by hand' })
  await expect(run).rejects.toMatchObject({ status: 409, code: 'input_invalid' })
})

test('a schedule whose time cannot be computed any more keeps no other from its job', async () => {
  const broken = await schedule({ name: 'a' })
  const change = { every_ms: null, cron: 'soon', timezone: 'UTC', next_at: new Date(now) }
  await node.db('job_schedules').where({ id: broken.id }).update(change)
  const it = await schedule({ name: 'b' })
  await pass(MINUTE)
  expect([await countOf(broken), await countOf(it)]).toEqual([0, 1])
})

test('an open job that does the same already counts as its job', async () => {
  const it = await schedule({ kind: 'single', input: '{"key":"a"}' })
  await node.jobs.enqueue(single, { key: 'a' }, node.by)
  await pass(MINUTE)
  expect([await countOf(it), await skipOf(it)]).toEqual([0, 'duplicate'])
})

test('a schedule of the version before goes on from now', async () => {
  const it = await schedule()
  await node.db('job_schedules').where({ id: it.id }).update({ next_at: null })
  await pass(10 * MINUTE)
  expect(await countOf(it)).toBe(0)
  expect((await stateOf(it)).next_at).toEqual(new Date(now + MINUTE))
  await pass(MINUTE)
  expect(await countOf(it)).toBe(1)
})
