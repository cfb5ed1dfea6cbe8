import { createDb } from '../../../src/base/db'
import { isBefore } from '../../../src/jobs/maintenance/queue-events'
import { KILLABLE, ownParts } from '../../support/parts'
import { flushAll } from '../../support/redis'
import { rows } from '../../support/rows'
import type { Servers } from '../../support/servers'
import { act, scripted, startedRuns } from '../kinds'
import { ACTOR, createPlace, entriesOf, eventually, statesOf, type TestNode, untilState } from '../node'

let servers: Servers
let place: Awaited<ReturnType<typeof createPlace>>
let web: TestNode
let worker: TestNode
beforeAll(async () => {
  servers = await ownParts(KILLABLE)
  place = await createPlace({ databaseUrl: servers.postgres.url, redisUrl: servers.redis.url })
  const options = { handlers: scripted, reconcileMs: 300, lockMs: 1_000 }
  worker = await place.start(options)
  web = await place.start({ ...options, works: false })
})
afterAll(async () => {
  await place.stop()
  await servers.stop()
})

const HOUR_MS = 3_600_000

const flush = (node: TestNode) => flushAll(node.jobs.engine.client)
const storedPositions = async (): Promise<Record<string, string>> => {
  const [lease] = await rows<{ state: string | null }>(web.db, "SELECT state FROM job_leases WHERE name = 'job keeper'")
  return JSON.parse(lease?.state ?? '{}')
}

/** Summed over all processes, since only one of them reads events. */
async function counted(name: string): Promise<number> {
  const metrics = await Promise.all([web, worker].map(node => node.metrics.getSingleMetric(name)?.get()))
  return metrics.flatMap(metric => metric?.values ?? []).reduce((sum, { value }) => sum + value, 0)
}

const engineOf = ({ jobs }: TestNode) => ({
  client: jobs.engine.client,
  key: (queue: string, rest: string) => jobs.engine.key(queue, rest),
})
const ref = (id: string) => ({ tenantId: place.tenantId, id })

test('a job accepted while Redis is down runs when it is back', async () => {
  await servers.redis.stop()
  const { job } = await web.jobs.enqueue(act, { value: 1 }, web.by)
  expect(job.status).toBe('pending')
  await servers.redis.restart()
  await untilState(web, job.id, 'completed')
})

test('a job that runs while Redis restarts completes, with each line once', async () => {
  const { job } = await web.jobs.enqueue(act, { lines: 200, ms: 500 }, web.by)
  await untilState(web, job.id, 'running', 'completed')
  await servers.redis.restart()
  await untilState(web, job.id, 'completed')
  const lines = (await entriesOf(web, `job:${job.id}`)).filter(({ message }) => message?.startsWith('line '))
  expect(lines.map(({ message }) => message)).toEqual(Array.from({ length: 200 }, (_, i) => `line ${i + 1}`))
  const { job: next } = await web.jobs.enqueue(act, {}, web.by)
  await untilState(web, next.id, 'completed')
})

const fieldOf = (id: string, field: string) => {
  const { client, key } = engineOf(web)
  return client.hget(key('demo', id), field)
}
/** Events of one type that BullMQ has noted. */
async function eventsOf(type: string): Promise<Record<string, string>[]> {
  const { client, key } = engineOf(web)
  const found = await client.xrange(key('demo', 'events'), '-', '+')
  return found.map(([, fields]) => toObject(fields)).filter(({ event }) => event === type)
}
const toObject = (fields: string[]): Record<string, string> =>
  Object.fromEntries(fields.flatMap((name, i) => (i % 2 ? [] : [[name, fields[i + 1] ?? '']])))
const untilAll = (ids: string[], holds: (id: string) => Promise<boolean>) =>
  eventually(async () => (await Promise.all(ids.map(holds))).every(Boolean))

test('jobs that come due while PostgreSQL is down run once when it is back', async () => {
  const made = Array.from({ length: 20 }, () =>
    web.jobs.enqueue(act, { lines: 3, value: 'ran' }, { ...web.by, delayMs: HOUR_MS }),
  )
  const ids = (await Promise.all(made)).map(({ job }) => job.id)
  await servers.postgres.kill()
  await web.jobs.engine.hasten('demo', ids)
  // Workers have fetched the jobs, could not load their inputs, and have handed them back: delayed once more.
  await eventually(async () => {
    const delays = await eventsOf('delayed')
    return ids.every(id => delays.filter(({ jobId }) => jobId === id).length > 1)
  })
  await servers.postgres.restart()
  for (const id of ids) {
    expect(await untilState(web, id, 'completed')).toMatchObject({ attempt: 1, max_attempts: 1, result: 'ran' })
    const entries = await entriesOf(web, `job:${id}`)
    expect(entries.flatMap(({ message }) => message ?? [])).toEqual(['line 1', 'line 2', 'line 3'])
    expect(entries.at(-1)?.data.job.status).toBe('completed')
  }
})

test('jobs in any phase survive a restart of PostgreSQL', async () => {
  const children = [{ ms: 500 }, { lines: 5 }]
  const long = await web.jobs.enqueue(act, { lines: 50, ms: 800 }, web.by)
  const parent = await web.jobs.enqueue(act, { does: 'spawn', children, value: 'p' }, web.by)
  const asking = await web.jobs.enqueue(act, { does: 'query' }, web.by)
  await eventually(async () => (await web.jobs.tree(ref(parent.job.id))).job.children.length === 2)
  await untilState(web, asking.job.id, 'running')
  await servers.postgres.kill()
  await untilAll([parent.job.id, long.job.id], async id => (await fieldOf(id, 'processedOn')) !== null)
  await servers.postgres.restart()
  expect((await untilState(web, long.job.id, 'completed')).attempt).toBe(1)
  expect((await untilState(web, parent.job.id, 'completed')).result).toBe('p')
  const lines = (await entriesOf(web, `job:${long.job.id}`)).filter(({ message }) => message?.startsWith('line '))
  expect(lines).toHaveLength(50)
  // The handler's own statement failed: the run is lost, but does not use up an attempt.
  expect(await untilState(web, asking.job.id, 'completed')).toMatchObject({ attempt: 2, max_attempts: 2 })
  const [lost] = await web.jobs.attempts(ref(asking.job.id))
  expect(lost).toMatchObject({ outcome: 'lost', error: { message: 'PostgreSQL was down' } })
})

test('a schedule that comes due while PostgreSQL is down creates its job when it is back', async () => {
  const { schedules } = web.jobs
  const id = await schedules.set(
    act,
    {},
    { tenantId: place.tenantId, name: 'often', timing: { everyMs: 1_000 }, createdBy: ACTOR },
  )
  const { client, key } = engineOf(web)
  await servers.postgres.kill()
  const handedBack = async () => {
    const ids = await client.zrange(key('schedules', 'delayed'), '0', '-1')
    const ticks = await Promise.all(ids.map(tick => client.hget(key('schedules', tick), 'processedOn')))
    return ticks.find(at => at !== null)
  }
  await eventually(async () => (await handedBack()) !== undefined)
  await servers.postgres.restart()
  const failed = await client.zcard(key('schedules', 'failed'))
  expect(failed).toBe(0)
  await eventually(async () => (await web.jobs.list(place.tenantId, { actor: id }, { limit: 5 })).items.length >= 2)
  await schedules.unset(place.tenantId, 'often')
})

test('FLUSHALL loses no waiting, delayed or running job, no pause and no parent', async () => {
  const running = await web.jobs.enqueue(act, { does: 'hang' }, web.by)
  const parent = await web.jobs.enqueue(act, { does: 'spawn', children: [{ ms: 2_000 }], value: 'p' }, web.by)
  await untilState(web, running.job.id, 'running')
  await eventually(async () => (await web.jobs.tree(ref(parent.job.id))).counts.running === 1)
  await web.jobs.queueControl.pause('demo', { reason: 'kept', by: ACTOR })
  const waiting = await web.jobs.enqueue(act, {}, web.by)
  const delayed = await web.jobs.enqueue(act, {}, { ...web.by, delayMs: 500 })
  await flush(web)
  await eventually(() => web.jobs.engine.queue('demo').isPaused())
  await web.jobs.queueControl.resume('demo', { reason: 'seen', by: ACTOR })
  await untilState(web, waiting.job.id, 'completed')
  await untilState(web, delayed.job.id, 'completed')
  expect((await untilState(web, parent.job.id, 'completed')).result).toBe('p')
  const again = await eventually(async () => {
    const job = await web.jobs.find(ref(running.job.id))
    return job.attempt === 2 && job.status === 'running' && job
  })
  expect((await web.jobs.attempts(ref(again.id)))[0]).toMatchObject({ attempt: 1, outcome: 'lost' })
  const lines = (await entriesOf(web, `job:${waiting.job.id}`)).map(({ message }) => message)
  expect(lines).toContainEqual(expect.stringContaining('Redis lost this job'))
  await web.jobs.cancel(ref(again.id), { reason: 'end', by: ACTOR })
  await untilState(web, again.id, 'cancelled')
})

test('a crash between PostgreSQL and BullMQ only delays a job', async () => {
  const { enqueuer } = web.jobs
  const { id } = await enqueuer.accept(act, { value: 2 }, web.by)
  const done = await untilState(web, id, 'completed')
  expect(done.result).toBe(2)
  expect(startedRuns.filter(run => run.id === id)).toHaveLength(1)
})

test('a job that ended in BullMQ only is settled once', async () => {
  await web.jobs.queueControl.pause('demo', { reason: 'hold', by: ACTOR })
  const { job } = await web.jobs.enqueue(act, {}, web.by)
  await web.jobs.engine.remove('demo', job.id)
  await web.jobs.queueControl.resume('demo', { reason: 'go', by: ACTOR })
  await untilState(web, job.id, 'completed')
  expect(await statesOf(web, job.id)).toEqual(['pending', 'running', 'completed'])
})

test('a reader of events that crashes is replaced and continues after the event that crashed it', async () => {
  const { client, key } = engineOf(web)
  const broken = await client.xadd(key('demo', 'events'), '*', 'event', 'progress', 'jobId', 'x', 'data', '{broken')
  await eventually(async () => (await counted('bullmq_events_reopened_total')) > 0)
  const { job } = await web.jobs.enqueue(act, {}, web.by)
  await untilState(web, job.id, 'completed')
  // The position is stored when the lease is renewed: it is past the broken event.
  await eventually(async () => isBefore(broken ?? '', (await storedPositions()).demo ?? '0-0'))
  expect(await counted('bullmq_events_reopened_total')).toBe(1)
})

test('a trimmed position in the events is detected and triggers a full comparison', async () => {
  const db = createDb(servers.postgres.url, 1)
  await Promise.all([web.stop(), worker.stop()])
  await db.raw(`UPDATE job_leases SET state = '{"demo":"1-1"}'`)
  await db.destroy()
  const options = { handlers: scripted, reconcileMs: 60_000, lockMs: 1_000 }
  web = await place.start({ ...options, works: false })
  await eventually(async () => (await counted('bullmq_events_gap_total')) > 0)
})

test('events about ticks of schedules do not keep jobs from being compared', async () => {
  const { client, key } = engineOf(web)
  const { job } = await web.jobs.enqueue(act, {}, web.by)
  await client.xadd(key('demo', 'events'), '*', 'event', 'removed', 'jobId', `repeat:${job.id}:1795972620000`)
  await web.jobs.engine.queue('demo').remove(job.id)
  await place.start({ handlers: scripted, reconcileMs: 60_000, lockMs: 1_000 })
  await untilState(web, job.id, 'completed')
})
