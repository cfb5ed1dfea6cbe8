import { lockRouting, Routing, receiversInUse, renameReceiver, routingRoutes } from '../../../src/alerts/routing'
import { DEFAULT_TENANT_ID, type Principal } from '../../../src/api'
import type { AnyCall } from '../../../src/api/endpoint'
import { createDb, type Db } from '../../../src/base/db'
import type { Problem } from '../../../src/base/errors'
import { newId } from '../../../src/base/ids'
import { parse, type z } from '../../../src/base/parse'
import { type AlertRoutingInput, alertRouteRoutes } from '../../../src/contract/alert-routes'
import { type TestDatabase, testDatabase } from '../../support/parts'
import { rows } from '../../support/rows'

const tenantId = DEFAULT_TENANT_ID
const by: Principal = {
  tenantId,
  role: 'admin',
  actor: { type: 'user', id: null, name: 'Ada' },
  credentialId: 'x',
} as never
let database: TestDatabase
let db: Db
let records: { action: string; reason?: string; data?: unknown }[] = []
let changed: string[] = []
let routing: Routing

const receiverNames = async (tenant: string, from: Db) =>
  new Set(
    (await rows<{ name: string }>(from, 'SELECT name FROM receivers WHERE tenant_id = ?', [tenant])).map(
      ({ name }) => name,
    ),
  )

const addReceiver = (name: string, to: Db = db, tenant = tenantId) =>
  to('receivers').insert({ id: newId(), tenant_id: tenant, name, type: 'webhook', settings: '{}', send_resolved: true })

const createRoutes = () =>
  routingRoutes({
    db,
    routing,
    receiverNames,
    audit: { record: async entry => void records.push(entry as (typeof records)[number]) },
    onChange: tenant => void changed.push(tenant),
    mutesOf: async (_, { mute = '' }) => ({ silenced_by: mute ? [mute] : [], inhibited_by: [], maintenance: [] }),
    importReceivers: async (trx, { tenantId: tenant }, receivers) => {
      const existing = await receiverNames(tenant, trx)
      for (const { name } of receivers) if (!existing.has(name)) await addReceiver(name, trx, tenant)
      return receivers.map(({ name, type, enabled }) => ({
        name,
        type,
        outcome: existing.has(name) ? ('kept' as const) : enabled ? ('created' as const) : ('disabled' as const),
      }))
    },
  })

/** Calls an endpoint as the web server would, and checks its reply. */
async function ask(name: keyof typeof alertRouteRoutes, body?: unknown, principal = by) {
  const { method, path } = alertRouteRoutes[name]
  const found = createRoutes().find(each => each.method === method && each.path === path)
  const call = { params: undefined, query: undefined, principal, body: found?.body && parse(found.body, body, 'body') }
  const reply = await found?.handle(call as unknown as AnyCall)
  return parse(
    alertRouteRoutes[name].replies[200] as z.ZodType,
    JSON.parse(JSON.stringify(reply?.body)),
    'reply',
  ) as never
}
const problem = (asked: Promise<unknown>) =>
  asked.then(
    () => undefined,
    (error: Problem) => error,
  )
const faults = async (asked: Promise<unknown>) =>
  (await problem(asked))?.errors.map(({ path, message }) => `${path}: ${message}`)

beforeAll(async () => {
  database = await testDatabase()
  db = createDb(database.url, 5)
  await db('tenants').insert({ id: tenantId, name: 'Test' }).onConflict().ignore()
})
beforeEach(async () => {
  await db('alert_routing').delete()
  await db('receivers').delete()
  routing = new Routing(db)
  records = []
  changed = []
})
afterAll(async () => {
  await db.destroy()
  await database.drop()
})

const TREE: AlertRoutingInput = {
  route: {
    receiver: 'a',
    routes: [{ matchers: [{ name: 'team', op: '=', value: 'web' }], receiver: 'b', mute_time_intervals: ['always'] }],
  },
  time_intervals: { always: [{}] },
}

test('a tenant begins with incidents only, and a change makes a new version', async () => {
  expect(await ask('read')).toMatchObject({ route: { receiver: null }, version: 0, updated_at: null, updated_by: null })
  await addReceiver('a')
  await addReceiver('b')
  const before = await routing.of(tenantId)
  expect(await ask('replace', { ...TREE, version: 0, reason: 'teams' })).toMatchObject({
    version: 1,
    updated_by: 'Ada',
  })
  expect(await ask('replace', { ...TREE, version: 1 })).toMatchObject({ version: 2 })
  expect(await ask('read')).toMatchObject({ version: 2, route: { receiver: 'a', routes: [{ receiver: 'b' }] } })
  expect(records[0]).toMatchObject({ action: 'alert_routing.update', reason: 'teams', data: { version: 1, routes: 2 } })
  expect(changed).toEqual([tenantId, tenantId])
  const after = await routing.of(tenantId)
  expect(after.version).toBe(before.version + 2)
  expect(after.ends({ team: 'web' })[0]?.route.receiver).toBe('b')
  expect(await routing.of(tenantId)).toBe(after) // compiled once
})

test('a change made from an older version is a conflict and changes nothing', async () => {
  await ask('replace', { route: {} })
  const { version } = await routing.of(tenantId)
  expect(await problem(ask('replace', { route: {}, version: 0 }))).toMatchObject({
    status: 409,
    code: 'version_conflict',
  })
  expect((await routing.of(tenantId)).version).toBe(version)
})

test('of two changes from one version, one is refused', async () => {
  const both = await Promise.all([1, 2].map(() => problem(ask('replace', { route: {}, version: 0 }))))
  expect(both.filter(Boolean)).toEqual([expect.objectContaining({ code: 'version_conflict' })])
})

test('every fault is named with its path', async () => {
  let deep: AlertRoutingInput['route'] = {}
  for (let i = 0; i < 22; i++) deep = { routes: [deep] }
  const config: AlertRoutingInput = {
    route: {
      matchers: [{ name: 'a', op: '=', value: 'b' }],
      continue: true,
      mute_time_intervals: ['t'],
      receiver: 'gone',
      routes: [
        { matchers: [{ name: 'a', op: '=~', value: '(' }], group_by: ['a', 'a'], active_time_intervals: ['no'] },
        { group_by: ['...', 'b'] },
        deep,
      ],
    },
    inhibit_rules: [{ source_matchers: [{ name: 'a', op: '!~', value: '[' }] }],
    time_intervals: { t: [{ weekdays: ['never'] }] },
  }
  expect(await faults(ask('replace', config))).toEqual([
    'body.route.matchers: The first route takes every alert: it cannot have matchers.',
    'body.route.continue: The first route has no siblings: it cannot continue.',
    'body.route.mute_time_intervals: The first route cannot have time intervals: give them to a route in it.',
    'body.route.receiver: There is no receiver "gone": create it first.',
    expect.stringMatching(/^body\.route\.routes\.0\.matchers\.0\.value: error parsing regexp/),
    'body.route.routes.0.group_by.1: The label "a" is listed twice.',
    'body.route.routes.0.active_time_intervals.0: There is no time interval "no" in time_intervals.',
    'body.route.routes.1.group_by: "..." stands for all labels: it cannot be combined with others.',
    expect.stringMatching(/^body\.route\.routes\.2(\.routes\.0){19,20}: Routes can be nested 20 levels deep/),
    expect.stringMatching(/^body\.inhibit_rules\.0\.source_matchers\.0\.value: error parsing regexp/),
    'body.time_intervals.t.0.weekdays.0: "never" is not a day of the week, such as "monday".',
  ])
  expect(records).toEqual([])
})

test('a route cannot name a receiver that is being deleted', async () => {
  await addReceiver('a')
  const trx = await db.transaction()
  await lockRouting(trx, tenantId)
  expect(await receiversInUse(trx, tenantId)).toEqual(new Map())
  await trx('receivers').where({ name: 'a' }).delete()
  const asked = faults(ask('replace', { route: { receiver: 'a' } }))
  await trx.commit()
  expect(await asked).toEqual(['body.route.receiver: There is no receiver "a": create it first.'])
})

test('routes follow the new name of a receiver', async () => {
  await addReceiver('a')
  await addReceiver('b')
  await ask('replace', TREE)
  await db.transaction(async trx => {
    await lockRouting(trx, tenantId)
    expect(await receiversInUse(trx, tenantId)).toEqual(
      new Map([
        ['a', 1],
        ['b', 1],
      ]),
    )
    await trx('receivers').where({ name: 'b' }).update({ name: 'c' })
    await renameReceiver(trx, { tenantId, from: 'b', to: 'c', by: 'Bob' })
    await renameReceiver(trx, { tenantId, from: 'nobody', to: 'd', by: 'Bob' })
  })
  expect(await ask('read')).toMatchObject({
    version: 2,
    updated_by: 'Bob',
    route: { receiver: 'a', routes: [{ receiver: 'c' }] },
  })
  expect((await routing.of(tenantId)).ends({ team: 'web' })[0]?.route.receiver).toBe('c')
})

test('a test shows the way, the receivers and what mutes, also of a tree that is not stored', async () => {
  await addReceiver('a')
  await addReceiver('b')
  expect(await ask('test', { labels: { team: 'web', empty: '', mute: 's1' }, routing: TREE })).toEqual({
    fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    steps: [
      { path: [], matchers: [], matched: true, receiver: null, is_end: false, continue: false },
      {
        path: [0],
        matchers: TREE.route.routes?.[0]?.matchers,
        matched: true,
        receiver: 'b',
        is_end: true,
        continue: false,
      },
    ],
    routes: [
      {
        path: [0],
        receiver: 'b',
        group_labels: {},
        group_wait_seconds: 30,
        group_interval_seconds: 300,
        repeat_interval_seconds: 14_400,
        muted_by_intervals: ['always'],
      },
    ],
    receivers: ['b'],
    mutes: { silenced_by: ['s1'], inhibited_by: [], maintenance: [] },
  })
  expect(await ask('test', { labels: { alertname: 'x' } })).toMatchObject({
    routes: [{ path: [], receiver: null, group_labels: { alertname: 'x' } }],
    receivers: [],
  })
  expect(await faults(ask('test', { labels: {}, routing: { route: { receiver: 'no' } } }))).toEqual([
    'body.routing.route.receiver: There is no receiver "no": create it first.',
  ])
})

const FILE = `route:
  receiver: many
  routes: [{receiver: kept, matchers: [a="b"]}]
receivers:
- name: many
  webhook_configs: [{url: http://a.test/}, {url: http://b.test/, http_config: {oauth2: {client_id: x}}}]
- name: kept
  webhook_configs: [{url: http://c.test/}]
`

test('an import stores routes and receivers; a dry run says the same and stores nothing', async () => {
  await addReceiver('kept')
  const { version } = await routing.of(tenantId)
  const dry = await ask('import', { yaml: FILE, dry_run: true })
  expect(dry).toMatchObject({ stored: false })
  expect([...(await receiverNames(tenantId, db))]).toEqual(['kept'])
  expect((await routing.of(tenantId)).version).toBe(version)
  expect(changed).toEqual([])

  const done = await ask('import', { yaml: FILE, reason: 'moving in' })
  expect(done).toEqual({ ...(dry as object), stored: true })
  expect(done).toMatchObject({
    routing: {
      route: {
        receiver: 'many',
        routes: [{ receiver: 'kept' }],
      },
    },
    receivers: [
      { name: 'many (webhook)', type: 'webhook', outcome: 'created' },
      { name: 'many (webhook 2)', type: 'webhook', outcome: 'disabled' },
      { name: 'many', type: 'group', outcome: 'created' },
      { name: 'kept', type: 'webhook', outcome: 'kept' },
    ],
    not_imported: [{ path: 'receivers.0.webhook_configs.1.http_config.oauth2', line: 6 }],
  })
  expect(await ask('read')).toMatchObject({ version: 1, route: { receiver: 'many' } })
  expect(records.at(-1)).toMatchObject({ action: 'alert_routing.import', reason: 'moving in' })
  expect(changed).toEqual([tenantId])
})

test('a bad file is refused with line and path, and nothing is stored', async () => {
  expect(await faults(ask('import', { yaml: FILE.replace('receiver: kept', 'receiver: no') }))).toEqual([
    'body.yaml.route.routes.0.receiver: Line 3: There is no receiver "no" in the file.',
  ])
  expect(await ask('read')).toMatchObject({ version: 0 })
})
