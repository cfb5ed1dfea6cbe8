import { WebSocket } from 'ws'
import { DEFAULT_TENANT_ID } from '../../src/api'
import { newId } from '../../src/base/ids'
import type { Role } from '../../src/contract/access'
import { ROLES } from '../../src/contract/values'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { SseReader } from '../support/sse'
import { metricOf } from '../support/streams'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
/** Bearer headers by tenant and role. */
const ours = {} as Record<Role, Record<string, string>>
const otherTenant = {} as Record<Role, Record<string, string>>

beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
  const admin = { email: 'they@example.org', name: 'They' }
  const made = (await (await app.post('/api/tenants', { name: 'Theirs', admin })).json()) as { link: string }
  const code = new URL(made.link).searchParams.get('code')
  const session = await app.post('/api/session', { code }, { authorization: '' })
  const cookie = session.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  for (const role of ROLES) {
    ours[role] = await newToken(role, app.headers)
    otherTenant[role] = await newToken(role, { authorization: '', cookie })
  }
})
afterAll(() => parts.stop())

async function newToken(role: Role, headers: Record<string, string>) {
  const answer = await app.post('/api/tokens', { name: role, role }, headers)
  return { authorization: `Bearer ${((await answer.json()) as { secret: string }).secret}` }
}

// biome-ignore lint/suspicious/noExplicitAny: tests read responses of every shape
const get = async (path: string, headers: Record<string, string>): Promise<any> =>
  (await fetch(app.url + path, { headers })).json()

const delayedJob = { kind: 'demo', input: { steps: [{ name: 'a' }] }, delay_ms: 3_600_000 }
const newJob = async (headers: Record<string, string> = {}) =>
  ((await (await app.post('/api/jobs', delayedJob, headers)).json()) as { job: { id: string } }).job.id
/** Causes an audit event, and then an event that every role receives. @returns the id of the job in the latter */
async function change() {
  await app.post('/api/tokens', { name: 'audited', role: 'viewer' })
  await eventually(async () => (await app.app.db('audit_log').where({ told: false })).length === 0, 'the events')
  return newJob()
}

/** Polls until a response satisfies the condition. */
async function first<T>(ask: () => Promise<T>, fits: (answer: T) => boolean, what: string): Promise<T> {
  let answer: T | undefined
  await eventually(async () => {
    answer = await ask()
    return fits(answer)
  }, what)
  return answer as T
}

/** A socket that receives tenant events. */
async function socketFor(query: string, headers: Record<string, string>) {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/ws/stream${query}`, { headers })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const received: { event: string; text: string }[] = []
  const until = (text: string) =>
    new Promise<string[]>(resolve =>
      socket.on('message', data => {
        received.push({ event: JSON.parse(String(data)).event, text: String(data) })
        if (String(data).includes(text)) resolve(received.map(each => each.event))
      }),
    )
  return { socket, until }
}

async function queuedJobOf(headers: Record<string, string>) {
  const answer = await app.post('/api/tickets', { topics: ['events'] }, headers)
  return ((await answer.json()) as { ticket: string }).ticket
}

describe.each(ROLES)('the audit log and a %s', role => {
  const isShown = role === 'admin'

  test(`${isShown ? 'every' : 'no'} transport sends audit events`, async () => {
    const headers = ours[role]
    expect((await fetch(`${app.url}/api/audit`, { headers })).status).toBe(isShown ? 200 : 403)
    const urls = ['/api/v1/stream/events?limit=0', '/api/v2/events/stream?limit=0', '/api/stream?topic=events&limit=0']
    const readers = await Promise.all(urls.map(url => SseReader.open(app.url + url, headers)))
    const sockets = [await socketFor('', headers), await socketFor(`?ticket=${await queuedJobOf(headers)}`, {})]
    const { last_event_id } = await get('/api/stream/poll?topic=events&wait_ms=0&limit=0', headers)
    for (const { socket } of sockets) socket.send('{"op":"subscribe","topic":"events","filter":{"limit":0}}')
    const received = sockets.map(each => each.until('job_created'))
    await eventually(
      async () => (await metricOf(app, 'tailrace_stream_connections', { transport: 'websocket' })) === 2,
      'the sockets',
    )
    const id = await change()
    for (const [i, reader] of readers.entries()) {
      await reader.until(() => JSON.stringify(reader.events).includes(id), 'the job')
      expect([urls[i], reader.named('audit').length > 0]).toEqual([urls[i], isShown])
    }
    for (const events of await Promise.all(received)) expect(events.includes('audit')).toBe(isShown)
    const polled = await get(`/api/stream/poll?topic=events&wait_ms=0&after=${last_event_id}`, headers)
    expect(JSON.stringify(polled)).toContain(id)
    expect(JSON.stringify(polled).includes('"type":"audit"')).toBe(isShown)
    const history = await SseReader.open(`${app.url}/api/v1/stream/events?limit=500&types=audit,job_created`, headers)
    await history.until(() => JSON.stringify(history.events).includes(id), 'the job')
    expect(history.named('audit').length > 0).toBe(isShown)
    await Promise.all([...readers, history].map(reader => reader.close()))
    for (const { socket } of sockets) socket.close()
    await eventually(
      async () => (await metricOf(app, 'tailrace_stream_connections', { transport: 'websocket' })) === 0,
      'no sockets',
    )
  })
})

test('readers with the same rights share one encoding', async () => {
  const open = (headers: Record<string, string>) => SseReader.open(`${app.url}/api/v1/stream/events?limit=0`, headers)
  const readers = await Promise.all(
    [ours.viewer, ours.viewer, ours.viewer, ours.operator, ours.operator, ours.admin, ours.admin].map(open),
  )
  const before = await metricOf(app, 'tailrace_stream_encodes_total')
  const id = await newJob()
  await Promise.all(readers.map(each => each.until(() => JSON.stringify(each.events).includes(id), 'the job')))
  const frames = new Set(readers.flatMap(each => each.events.map(event => event.id))).size
  expect((await metricOf(app, 'tailrace_stream_encodes_total')) - before).toBeLessThanOrEqual(2 * frames)
  await Promise.all(readers.map(reader => reader.close()))
})

test('the service log does not show viewers who made a request', async () => {
  await app.post('/api/tokens', { name: 'logged', role: 'viewer' })
  const read = async () => JSON.stringify(await get('/api/service/logs?limit=5000', ours.viewer))
  const log = await first(read, text => text.includes('POST /api/tokens 201'), 'the request in the log')
  expect(log).not.toContain('actor_id')
})

test('viewers see the SQL of a query redacted, as in the input of its job', async () => {
  const host = newId()
  const hosts = app.app.db('hosts')
  await hosts.insert({ id: host, tenant_id: DEFAULT_TENANT_ID, host_identifier: 'a', node_key_hash: host })
  const sql = "select * from curl where url = 'https://ada:word@example.org/'"
  const created = await app.post('/api/queries', { sql, targets: { host_ids: [host] } })
  const { query } = (await created.json()) as { query: { id: string } }
  await app.app.db('query_targets').where({ query_id: query.id }).update({ answered_at: new Date() })
  const shown = async (headers: Record<string, string>) => [
    (await get(`/api/jobs/${query.id}`, headers)).input.sql,
    (await get(`/api/queries/${query.id}`, headers)).sql,
    (await get('/api/queries', headers)).items[0].sql,
    (await get(`/api/hosts/${host}/results`, headers)).items[0].sql,
  ]
  const hidden = sql.replace('word', '[redacted]')
  expect(new Set(await shown(ours.viewer))).toEqual(new Set([hidden]))
  expect(new Set(await shown(ours.operator))).toEqual(new Set([sql]))
  // Nor can searches reveal it letter by letter.
  const found = async (q: string, headers: Record<string, string>) => {
    const lists = ['/api/jobs', '/api/queries'].map(path => get(`${path}?q=${encodeURIComponent(q)}`, headers))
    return (await Promise.all(lists)).map(({ items }) => items.map(({ id }: { id: string }) => id))
  }
  expect(await found('ada:wo', ours.viewer)).toEqual([[], []])
  expect(await found('ada:wo', ours.operator)).toEqual([[query.id], [query.id]])
  expect(await found('Example.ORG', ours.viewer)).toEqual([[query.id], [query.id]])
})

describe('shared queues', () => {
  interface Shown {
    name: string
    counts: { scheduled: number }
  }
  const demoOf = (items: Shown[]) => items.find(({ name }) => name === 'demo')

  test('show another tenant its own jobs and nothing about the installation', async () => {
    await newJob()
    await app.post('/api/queues/demo/pause', { reason: 'private business' })
    const before = await get('/api/queues', otherTenant.viewer)
    expect(demoOf(before.items)).toMatchObject({
      counts: { scheduled: 0, pending: 0, running: 0, failed: 0, bad: 0 },
      ...{ paused: true, paused_by: null },
    })
    expect(JSON.stringify(before)).not.toContain('private business')
    await app.post('/api/queues/demo/resume', { reason: 'done' })
    await newJob(otherTenant.operator)
    const job = (await app.post('/api/jobs', { ...delayedJob, delay_ms: 0 }, otherTenant.operator)) as Response
    const { id } = ((await job.json()) as { job: { id: string } }).job
    const find = () => get(`/api/jobs/${id}`, otherTenant.admin)
    const ended = await first(find, ({ status }) => status === 'completed', 'their job')
    expect(ended.worker).toBeNull()
    const attempts = await get(`/api/jobs/${id}/attempts`, otherTenant.admin)
    expect(attempts.items).toMatchObject([{ outcome: 'completed', worker: null }])
    await app.app.jobs.timings.store()
    const read = async () => demoOf((await get('/api/queues', otherTenant.viewer)).items) as Shown
    const own = await first(read, ({ counts }) => counts.scheduled === 1, 'their counts')
    expect(own).toMatchObject({ run_ms: { p50: expect.any(Number) }, paused: false })
    const scheduled = (await get('/api/jobs?queue=demo&status=scheduled&limit=500', ours.viewer)).items.length
    const readOurs = async () => demoOf((await get('/api/queues', ours.viewer)).items) as Shown
    await first(readOurs, ({ counts }) => counts.scheduled === scheduled, 'our counts')
    const sum = async (headers: Record<string, string>) => {
      const { queues } = await get('/api/queues/history?queue=demo', headers)
      return (queues.demo?.completed ?? []).reduce((total: number, count: number) => total + count, 0)
    }
    const earlier = await sum(ours.viewer)
    await newJobDone()
    expect([await sum(otherTenant.viewer), await sum(ours.viewer)]).toEqual([1, earlier + 1])
  })

  async function newJobDone() {
    const { job } = (await (await app.post('/api/jobs', { ...delayedJob, delay_ms: 0 })).json()) as {
      job: { id: string }
    }
    await eventually(
      async () => (await get(`/api/jobs/${job.id}`, ours.viewer)).status === 'completed',
      'a job of ours',
    )
    await app.app.jobs.timings.store()
  }

  test('do not show another tenant the workers', async () => {
    expect((await fetch(`${app.url}/api/workers`, { headers: otherTenant.admin })).status).toBe(403)
    expect((await get('/api/workers', ours.viewer)).items.length).toBe(1)
    expect((await get('/api/session', otherTenant.viewer)).runs_installation).toBe(false)
    expect((await get('/api/session', ours.viewer)).runs_installation).toBe(true)
    expect((await get('/api/session', ours.viewer)).has_password).toBeNull()
  })

  test('send each tenant its own queue_stats and stats_updated', async () => {
    const readers = await Promise.all(
      [otherTenant.viewer, ours.viewer].map(headers =>
        SseReader.open(`${app.url}/api/v1/stream/events?types=queue_stats,stats_updated&limit=0`, headers),
      ),
    )
    const [they, we] = readers as [SseReader, SseReader]
    await newJob()
    const counts = (reader: SseReader) =>
      reader.named('queue_stats').flatMap(({ data }) => {
        const { queues } = data.data as { queues: Shown[] }
        return demoOf(queues)?.counts.scheduled ?? []
      })
    const sums = (reader: SseReader) =>
      reader.named('stats_updated').map(({ data }) => (data.data as { jobs: { scheduled: number } }).jobs.scheduled)
    await they.until(() => counts(they).includes(1) && sums(they).includes(1), 'their figures')
    const scheduled = (await get('/api/jobs?status=scheduled&queue=demo&limit=500', ours.viewer)).items.length
    await we.until(() => counts(we).includes(scheduled), 'our figures')
    expect(Math.max(...counts(they))).toBe(1)
    expect(Math.max(...sums(they))).toBe(1)
    await Promise.all(readers.map(reader => reader.close()))
  })
})
