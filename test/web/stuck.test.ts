import { WebSocket } from 'ws'
import { createDb, type Db, type Transaction } from '../../src/base/db'
import { enrollSecret, OsqueryAgent } from '../fleet/osquery-agent'
import { startApp, type TestApp } from '../support/app'
import { ownParts } from '../support/parts'
import { eventually, freeze } from '../support/programs'

let servers: Awaited<ReturnType<typeof ownParts>>
let app: TestApp
let secret: string
/** Cached by the process, so that its requests get as far as the database. */
let agent: OsqueryAgent

beforeAll(async () => {
  servers = await ownParts({ fsync: 'off' })
  app = await startApp(
    { databaseUrl: servers.postgres.url, redisUrl: servers.redis.url, prefix: 'stuck' },
    { TAILRACE_ROLE: 'web' },
  )
  secret = await enrollSecret(app)
  agent = await new OsqueryAgent(app, 'known').enroll(secret)
  await agent.settle()
})
afterAll(async () => {
  await app?.stop()
  await servers?.stop()
})

/** Ways in which PostgreSQL fails. Each resolves with a function that ends it. */
const TROUBLES: Record<string, () => Promise<() => Promise<unknown>>> = {
  async 'is down'() {
    await servers.postgres.stop()
    return () => servers.postgres.restart()
  },
  async 'takes connections and says nothing'() {
    const wake = await freeze(servers.postgres.pid())
    return async () => wake()
  },
  async 'is held up by locks'() {
    const beside = createDb(servers.postgres.url, 1)
    const lock = await lockAll(beside)
    return async () => {
      await lock.rollback()
      await beside.destroy()
    }
  },
}

/** Locks all tables, retrying if work of the app interferes. */
async function lockAll(db: Db, tries = 20): Promise<Transaction> {
  const lock = await db.transaction()
  try {
    await lock.raw('SET LOCAL idle_in_transaction_session_timeout = 0')
    const tables = await lock.raw<{ rows: { name: string }[] }>(
      `SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace`,
    )
    const names = tables.rows.map(({ name }) => name)
    await lock.raw(`LOCK TABLE ${names.map(() => '??').join(', ')} IN ACCESS EXCLUSIVE MODE`, names)
    return lock
  } catch (error) {
    await lock.rollback()
    if (tries === 0) throw error
    return lockAll(db, tries - 1)
  }
}

const line = (no: number) => ({
  name: 'up',
  hostIdentifier: 'known',
  unixTime: 1_788_256_800 + no,
  epoch: 0,
  counter: no,
  columns: { no: String(no) },
  action: 'added',
})

async function problemOf(answer: Promise<Response>) {
  const { status, headers, body } = await answer.then(async each => ({
    status: each.status,
    headers: each.headers,
    body: (await each.json()) as { code?: string },
  }))
  return { status, code: body.code, saysWhen: headers.has('retry-after') }
}

/** The status of a refused upgrade request, and whether it has Retry-After. */
function refusedUpgrade(): Promise<{ status: number | undefined; saysWhen: boolean }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/ws/stream`, { headers: app.headers })
    socket.once('unexpected-response', (_req, { statusCode, headers }) => {
      resolve({ status: statusCode, saysWhen: headers['retry-after'] !== undefined })
      socket.terminate()
    })
    socket.once('error', () => undefined)
    socket.once('open', () => reject(new Error('It was opened')))
  })
}

const unavailable = { status: 503, code: 'unavailable', saysWhen: true }

describe.each(Object.keys(TROUBLES))('PostgreSQL %s', name => {
  let end: (() => Promise<unknown>) | undefined
  beforeAll(async () => {
    end = await (TROUBLES[name] as () => Promise<() => Promise<unknown>>)()
  })
  afterAll(async () => {
    await end?.()
    await eventually(async () => (await app.get('/readyz')).status === 200, 'all is well')
  })

  // At once, because each waits until the server gives up; agents first, until the credential is no longer cached.
  test('agents, streams, Bull Board and pages are told to retry', async () => {
    await agentsAreToldToRetry(name)
    await Promise.all([streamsAreRefused(), boardAndPagesReport()])
  })
})

async function agentsAreToldToRetry(name: string) {
  const node_key = agent.nodeKey
  const carve = { block_count: 1, block_size: 1, carve_size: 1, carve_id: 'c', request_id: 'r', node_key }
  const block = { block_id: 0, session_id: 'trc_unknown', request_id: 'r', data: 'AA==' }
  const [told, plain] = await Promise.all([
    Promise.all([
      new OsqueryAgent(app, 'new').say('enroll', { enroll_secret: secret, host_identifier: 'new', platform_type: '9' }),
      agent.say('config', { node_key: `unknown key, PostgreSQL ${name}` }),
      agent.say('distributed_read', { node_key: `another unknown key, PostgreSQL ${name}` }),
      agent.say('log', { node_key, log_type: 'result', data: [line(1), line(2)] }),
      agent.say('distributed_write', {
        node_key,
        queries: { '0191d9a0-0000-7000-8000-000000000001': [{ a: '1' }] },
        statuses: { '0191d9a0-0000-7000-8000-000000000001': 0 },
      }),
    ]),
    Promise.all([agent.say('carve_init', carve), agent.say('carve_block', block)]),
  ])
  for (const text of told) expect(JSON.parse(text)).toEqual({ error: expect.any(String) })
  for (const text of plain) expect(text).toMatch(/^error: /)
}

async function streamsAreRefused() {
  const stream = fetch(`${app.url}/api/v1/stream/events`, {
    headers: { ...app.headers, accept: 'text/event-stream' },
  })
  const [sse, poll, socket] = await Promise.all([
    problemOf(stream),
    problemOf(app.get('/api/stream/poll?topic=events&wait_ms=0')),
    refusedUpgrade(),
  ])
  expect([503, sse.status, poll]).toEqual([sse.status, 503, unavailable])
  expect(sse.saysWhen).toBe(true)
  expect(socket).toEqual({ status: 503, saysWhen: true })
}

async function boardAndPagesReport() {
  const board = (method: string, path: string) =>
    fetch(`${app.url}/admin/queues${path}`, { method, headers: app.headers })
  const [read, act, page] = await Promise.all([
    problemOf(board('GET', '/api/queues')),
    problemOf(board('PUT', '/api/queues/demo/pause')),
    fetch(`${app.url}/`, { headers: { ...app.headers, accept: 'text/html' } }),
  ])
  expect([read, act]).toEqual([unavailable, unavailable])
  expect([page.status, page.headers.has('retry-after')]).toEqual([503, true])
  expect(await page.text()).toContain('Temporarily unavailable')
}

const REDIS_TROUBLES: [string, () => unknown, () => unknown][] = [
  ['is down', () => servers.redis.stop(), () => servers.redis.restart()],
  ['takes connections and says nothing', () => servers.redis.signal('SIGSTOP'), () => servers.redis.signal('SIGCONT')],
]

describe.each(REDIS_TROUBLES)('Redis %s', (_name, begin, end) => {
  beforeAll(async () => {
    await begin()
  })
  afterAll(async () => {
    await end()
    await eventually(async () => (await app.get('/readyz')).status === 200, 'all is well')
  })

  test('agents are served, streams open, and Bull Board reports the outage', async () => {
    expect(JSON.parse(await agent.say('config', { node_key: agent.nodeKey }))).toHaveProperty('schedule')
    const log = { node_key: agent.nodeKey, log_type: 'result', data: [line(3)] }
    expect(JSON.parse(await agent.say('log', log))).toEqual({})
    const leave = new AbortController()
    const stream = await fetch(`${app.url}/api/v1/stream/events`, {
      headers: { ...app.headers, accept: 'text/event-stream' },
      signal: leave.signal,
    })
    expect(stream.status).toBe(200)
    leave.abort()
    expect(await problemOf(fetch(`${app.url}/admin/queues/api/queues`, { headers: app.headers }))).toEqual(unavailable)
  })
})

test('data that was not stored and is sent again is stored once', async () => {
  const body = { node_key: agent.nodeKey, log_type: 'result', data: [line(1), line(2)] }
  expect(JSON.parse(await agent.say('log', body))).toEqual({})
  expect(JSON.parse(await agent.say('log', body))).toEqual({})
  expect((await new OsqueryAgent(app, 'new').enroll(secret)).nodeKey).toMatch(/^trn_/)
  expect(await app.app.db('hosts').where('host_identifier', 'new')).toHaveLength(1)
  const stored = await app.app.db('scheduled_results').orderBy('counter').select('counter')
  expect(stored.map(({ counter }) => counter)).toEqual([1, 2, 3])
})
