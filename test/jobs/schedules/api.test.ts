import type { Job } from '../../../src/contract/jobs'
import type { Schedule, ScheduleItem } from '../../../src/contract/schedules'
import { appsOnFreshParts, type TestApp } from '../../support/app'
import { eventually } from '../node'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
const tokens = { viewer: '', operator: '' }
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start({ RECONCILE_MS: '500' })
  for (const role of ['viewer', 'operator'] as const) {
    const answer = await app.post('/api/tokens', { name: role, role })
    tokens[role] = ((await answer.json()) as { secret: string }).secret
  }
})
afterAll(() => parts.stop())

interface Fault {
  code: string
  detail: string
  errors: { path: string; message: string }[]
}

async function ask<T>(method: string, path: string, body?: unknown, token = tokens.operator) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await fetch(app.url + path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: (text ? JSON.parse(text) : null) as T }
}

const QUICK = { steps: [{ name: 'a', workers: 1, lines: 1, interval_ms: 0 }] }
const LONG = { steps: [{ name: 'a', workers: 1, lines: 100_000, interval_ms: 1_000 }] }
let made = 0
const hourly = (given: object = {}) => ({
  name: `hourly ${++made}`,
  kind: 'demo',
  input: QUICK,
  cron: '0 * * * *',
  timezone: 'Europe/Berlin',
  ...given,
})
async function create(given: object = {}): Promise<Schedule> {
  const { status, body } = await ask<Schedule>('POST', '/api/schedules', hourly(given))
  expect([status, body]).toEqual([201, expect.objectContaining({ id: expect.any(String) })])
  return body
}
const everySecond = { cron: undefined, timezone: undefined, every_seconds: 1 }
const read = async (id: string) => (await ask<Schedule>('GET', `/api/schedules/${id}`)).body
const change = (id: string, body: object) => ask<Schedule & Fault>('PATCH', `/api/schedules/${id}`, body)
const jobsOf = async (id: string) => (await ask<{ items: Job[] }>('GET', `/api/jobs?actor=${id}&limit=100`)).body.items

test('a schedule is created with its defaults, its times and its timing in words', async () => {
  const schedule = await create({ name: 'defaults', timezone: undefined, cron: '0 8 * * 1-5' })
  expect(schedule).toMatchObject({
    name: 'defaults',
    kind: 'demo',
    every_seconds: null,
    cron: '0 8 * * 1-5',
    timezone: 'UTC',
    words: 'At 08:00, Monday through Friday',
    overlap: 'skip',
    catch_up: 'one',
    enabled: true,
    until: null,
    state: 'active',
    system: false,
    overdue_seconds: 0,
    last_at: null,
    last_job_id: null,
    last_job_status: null,
    last_skip: null,
    created_by: { type: 'token', name: 'operator' },
  })
  expect(schedule.next_times).toHaveLength(5)
  expect(schedule.next_at).toBe(schedule.next_times[0])
  expect((await ask('GET', `/api/schedules/${schedule.id.toUpperCase()}`)).body).toEqual(schedule)
})

test('a schedule creates jobs, and shows the last one and how it ended', async () => {
  const { id } = await create(everySecond)
  await eventually(async () => (await jobsOf(id)).length >= 2)
  expect((await change(id, { enabled: false })).body).toMatchObject({ state: 'paused', next_at: null, next_times: [] })
  const last = await eventually(async () => {
    const schedule = await read(id)
    return schedule.last_job_status === 'completed' && schedule
  })
  const [job] = await jobsOf(id)
  expect([last.last_job_id, last.last_at]).toEqual([job?.id, expect.any(String)])
  expect(job?.created_by).toMatchObject({ type: 'system', id })
})

test('while its job runs the next ones are skipped, and the schedule says so', async () => {
  const { id } = await create({ ...everySecond, input: LONG })
  const skipped = await eventually(async () => {
    const schedule = await read(id)
    return schedule.last_skip ? schedule : undefined
  })
  expect(skipped.last_skip).toEqual({ at: expect.any(String), reason: 'overlap' })
  expect(await jobsOf(id)).toHaveLength(1)
  await ask('DELETE', `/api/schedules/${id}`)
  await ask('POST', `/api/jobs/${skipped.last_job_id}/cancel`, { reason: 'test' })
})

test('after a resume only times to come count', async () => {
  const { id } = await create({ ...everySecond, every_seconds: 3_600, enabled: false })
  await app.app
    .db('job_schedules')
    .where({ id })
    .update({ anchor_at: new Date(Date.now() - 7_200_500) })
  const { body } = await change(id, { enabled: true })
  expect(body.state).toBe('active')
  expect(Date.parse(body.next_at ?? '')).toBeGreaterThan(Date.now())
  expect(await jobsOf(id)).toEqual([])
})

test('a new timing counts from the change, and the other kind of timing is left', async () => {
  const { id } = await create({ until: '2099-01-01T00:00:00+02:00' })
  const { body } = await change(id, { every_seconds: 3_600, until: null })
  expect(body).toMatchObject({ every_seconds: 3_600, cron: null, timezone: null, until: null, words: 'Every hour' })
  // A repair sets schedules again that it did not find: for a moment there is none.
  const scheduler = await eventually(() => app.app.jobs.engine.queue('schedules').getJobScheduler(id))
  expect(scheduler).toMatchObject({ every: 3_600_000, next: Date.parse(body.next_at ?? '') })
  expect(await change(id, { timezone: 'UTC' })).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'body.timezone' }] },
  })
  expect((await change(id, { cron: '@daily' })).body).toMatchObject({
    every_seconds: null,
    cron: '@daily',
    timezone: 'UTC',
  })
  expect((await change(id, { timezone: 'Asia/Tokyo' })).body).toMatchObject({ cron: '@daily', timezone: 'Asia/Tokyo' })
})

test('a schedule ends by itself, and goes on with a later end', async () => {
  const { id } = await create({ ...everySecond, until: new Date(Date.now() + 2_500).toISOString() })
  await eventually(async () => (await read(id)).state === 'ended')
  expect(await read(id)).toMatchObject({ next_at: null, next_times: [], enabled: true })
  expect(await jobsOf(id)).toHaveLength(2)
  const scheduler = () => app.app.jobs.engine.queue('schedules').getJobScheduler(id)
  await eventually(async () => (await scheduler()) === undefined)
  expect((await change(id, { name: 'it has ended' })).body.state).toBe('ended')
  expect((await change(id, { until: null, every_seconds: 3_600 })).body.state).toBe('active')
})

test('it runs by hand, for a reason, also while it is paused', async () => {
  const { id } = await create({ enabled: false })
  const { status, body } = await ask<{ job: Job; links: { page: string } }>('POST', `/api/schedules/${id}/run`, {
    reason: 'to see it',
  })
  expect([status, body.links.page]).toEqual([202, `/jobs/${body.job.id}`])
  expect(body.job).toMatchObject({ kind: 'demo', reason: 'to see it', created_by: { name: 'operator' } })
  expect(await read(id)).toMatchObject({ last_job_id: body.job.id, state: 'paused' })
  expect((await ask('POST', `/api/schedules/${id}/run`)).status).toBe(202)
})

describe('what cannot be is refused, by name', () => {
  test.each([
    [{ cron: undefined, timezone: undefined }, 'body.cron', /every_seconds or cron/],
    [{ every_seconds: 60 }, 'body.cron', /not both/],
    [{ cron: undefined, every_seconds: 60 }, 'body.timezone', /time zone/],
    [{ ...everySecond, every_seconds: 0 }, 'body.every_seconds', />=1/],
    [{ ...everySecond, every_seconds: 1.5 }, 'body.every_seconds', /int/],
    [{ cron: '0 0 31 2 *' }, 'body.cron', /never comes due/],
    [{ cron: 'soon' }, 'body.cron', /not a cron expression/],
    [{ timezone: 'Mars/Olympus' }, 'body.timezone', /no time zone "Mars\/Olympus"/],
    [{ kind: 'nothing' }, 'body.kind', /Unknown kind.*demo/],
    [{ kind: 'cleanup' }, 'body.kind', /Unknown kind/],
    [
      { input: { steps: [{ name: 'a', workers: 'many', lines: 1, interval_ms: 0 }] } },
      'body.input.steps.0.workers',
      /number/,
    ],
    [{ until: '2020-01-01T00:00:00Z' }, 'body.until', /already passed/],
    [{ cron: '0 0 29 2 *', until: '2027-01-01T00:00:00Z' }, 'body.until', /not come due/],
    [{ overlap: 'both' }, 'body.overlap', /skip/],
    [{ catch_up: 'all' }, 'body.catch_up', /none/],
    [{ name: ' ' }, 'body.name', /visible/],
    [{ owner: 'me' }, 'body.owner', /Unknown field/],
  ])('%j', async (given, path, message) => {
    const refusal = { status: 400, body: { errors: [{ path, message: expect.stringMatching(message) }] } }
    expect(await ask('POST', '/api/schedules', hourly(given))).toMatchObject(refusal)
    if (Object.keys(given).length === 1 && Object.values(given)[0] !== undefined && !('every_seconds' in given)) {
      const { id } = await create()
      const before = await read(id)
      expect(await change(id, given)).toMatchObject(refusal)
      expect(await read(id)).toEqual(before)
    }
  })
})

test('a name is taken once per tenant', async () => {
  const { name } = await create()
  const { id } = await create()
  const taken = { status: 409, body: { code: 'name_taken' } }
  expect(await ask('POST', '/api/schedules', hourly({ name }))).toMatchObject(taken)
  expect(await change(id, { name })).toMatchObject(taken)
})

test('a new kind is checked with the input that is there', async () => {
  const { id } = await create()
  const url = {
    status: 400,
    body: { errors: expect.arrayContaining([expect.objectContaining({ path: 'body.input.url' })]) },
  }
  expect(await change(id, { kind: 'health-check' })).toMatchObject(url)
  const input = { url: 'https://example.org/?password=hunter2' }
  expect((await change(id, { kind: 'health-check', input: { url: 'https://example.org/' } })).status).toBe(200)
  await app.app
    .db('job_schedules')
    .where({ id })
    .update({ input: JSON.stringify(input) })
  const shown = await ask<Schedule>('GET', `/api/schedules/${id}`, undefined, tokens.viewer)
  expect(JSON.stringify(shown.body)).not.toContain('hunter2')
})

test('a tenant has so many schedules', async () => {
  const { db } = app.app
  const [row] = await db('job_schedules').limit(1)
  const { count } = (await db('job_schedules').count('* as count').first()) as { count: number }
  const { rows } = await db.raw('SELECT gen_random_uuid() AS id FROM generate_series(1, ?)', [500 - count])
  const more = rows.map(({ id }: { id: string }) => ({ ...row, id, name: `full ${id}`, enabled: false, next_at: null }))
  await db.batchInsert('job_schedules', more, 100)
  const full = await ask<Fault>('POST', '/api/schedules', hourly())
  expect(full).toMatchObject({
    status: 409,
    body: { code: 'too_many_schedules', detail: expect.stringContaining('500') },
  })
  await db('job_schedules').where('name', 'like', 'full %').delete()
})

test("the program's own schedule is listed, and cannot be changed", async () => {
  const { body } = await ask<{ items: ScheduleItem[] }>('GET', '/api/schedules?q=retention')
  const [own] = body.items
  expect(own).toMatchObject({ name: 'retention', kind: 'cleanup', system: true, cron: '17 * * * *', state: 'active' })
  const refused = { status: 409, body: { code: 'system_schedule' } }
  expect(await change(own?.id ?? '', { enabled: false })).toMatchObject(refused)
  expect(await ask('DELETE', `/api/schedules/${own?.id}`)).toMatchObject(refused)
  expect(await ask('POST', `/api/schedules/${own?.id}/run`)).toMatchObject(refused)
})

test('lists by name, page by page, with filters', async () => {
  const names = ['list a', 'list b', 'list c'].map(name => name)
  for (const name of names) await create({ name, enabled: name !== 'list b' })
  const list = async (query: string) =>
    (await ask<{ items: ScheduleItem[]; next_cursor: string | null }>('GET', `/api/schedules?${query}`)).body
  const first = await list('q=LIST&limit=2')
  const second = await list(`q=LIST&limit=2&cursor=${first.next_cursor}`)
  expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(names)
  expect(second.next_cursor).toBeNull()
  expect((await list('q=list&enabled=false')).items.map(({ name }) => name)).toEqual(['list b'])
  expect((await list('q=list&kind=cleanup')).items).toEqual([])
  expect((await ask('GET', '/api/schedules?cursor=x')).status).toBe(400)
})

test('a preview tells the next times and the timing in words', async () => {
  const preview = (query: string) =>
    ask<{ next_times: string[]; words: string } & Fault>(
      'GET',
      `/api/schedules/preview?${query}`,
      undefined,
      tokens.viewer,
    )
  const year = (await preview('cron=30+2+*+*+*&timezone=Europe/Berlin&count=366')).body
  expect([year.words, year.next_times.length]).toEqual(['At 02:30', 366])
  // one a day, also where clocks change
  expect(new Set(year.next_times.map(time => time.slice(0, 10))).size).toBe(366)
  expect((await preview('every_seconds=90&count=2')).body.words).toBe('Every 90 seconds')
  expect((await preview('cron=0+0+29+2+*&count=400')).body.next_times.length).toBeLessThan(4)
  for (const [query, path] of [
    ['', 'query.cron'],
    ['cron=x', 'query.cron'],
    ['cron=@daily&timezone=x', 'query.timezone'],
    ['cron=@daily&count=1000', 'query.count'],
  ])
    expect(await preview(query ?? '')).toMatchObject({ status: 400, body: { errors: [{ path }] } })
})

test('a run that is repeated with its key creates one job, also at the same time', async () => {
  const { id } = await create({ overlap: 'queue' })
  const run = async (key: string, body = {}) => {
    const headers = { ...app.headers, 'content-type': 'application/json', 'idempotency-key': key }
    const answer = await fetch(`${app.url}/api/schedules/${id}/run`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    const { job, code } = (await answer.json()) as { job?: { id: string }; code?: string }
    return { status: answer.status, job: job?.id, code, replayed: answer.headers.get('idempotency-replayed') }
  }
  const twice = await Promise.all([run('one'), run('one')])
  const later = await run('one')
  expect(new Set([...twice, later].map(({ job }) => job)).size).toBe(1)
  expect(twice.map(({ replayed }) => replayed).sort()).toEqual(['true', null].sort())
  expect(later).toMatchObject({ status: 202, replayed: 'true' })
  expect(await run('one', { reason: 'something else' })).toMatchObject({ status: 409, code: 'idempotency_key_taken' })
  expect(await run('no key')).toMatchObject({ status: 400 })
  expect((await run('two')).job).not.toBe(later.job)
  const { body } = await ask<{ items: { target: { id: string } | null }[] }>(
    'GET',
    '/api/audit?action=schedule.run',
    undefined,
    app.token,
  )
  expect(body.items.filter(({ target }) => target?.id === id)).toHaveLength(2)
})

test('a deleted schedule is gone, its jobs stay, and each change is in the audit log', async () => {
  const { id } = await create({ reason: 'wanted' })
  await ask('POST', `/api/schedules/${id}/run`)
  await change(id, { enabled: false, reason: 'too loud' })
  expect((await ask('DELETE', `/api/schedules/${id}?reason=over`)).status).toBe(204)
  expect((await ask('GET', `/api/schedules/${id}`)).status).toBe(404)
  const { items } = (
    await ask<{ items: { action: string; reason: string | null; target: { id: string } | null }[] }>(
      'GET',
      '/api/audit?limit=20',
      undefined,
      app.token,
    )
  ).body
  const own = items.filter(({ target }) => target?.id === id).map(({ action, reason }) => [action, reason])
  expect(own).toEqual([
    ['schedule.delete', 'over'],
    ['schedule.update', 'too loud'],
    ['schedule.run', null],
    ['schedule.create', 'wanted'],
  ])
})
