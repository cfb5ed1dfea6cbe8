import { eventually } from '../support/programs'
import { addHost } from './node'
import { RELAXED_PACK } from './packs'
import { type FleetSite, startFleetSite } from './site'

const BY = { type: 'system', id: null, name: 'test' }
let site: FleetSite
beforeAll(async () => {
  site = await startFleetSite()
})
afterEach(async () => {
  const { items } = (await site.ask('GET', '/api/packs')).body
  for (const { id } of items) await site.ask('DELETE', `/api/packs/${id}`)
})
afterAll(() => site.stop())

const importPack = (name: string, content: string, as = site.adminToken) =>
  site.ask('POST', '/api/packs/import', { as, body: { name, content } })
const createPack = (body: object, as = site.adminToken) => site.ask('POST', '/api/packs', { as, body })
const up = { name: 'up', sql: 'select * from uptime', interval_seconds: 60 }
const auditOf = async (action: string) =>
  (await site.ask('GET', `/api/audit?action=${action}`)).body.items as { data: Record<string, unknown> }[]

test('a published pack is accepted with all its deviations from JSON', async () => {
  const { status, body } = await importPack('incident-response', RELAXED_PACK)
  expect(status).toBe(201)
  expect(body).toMatchObject({
    name: 'incident-response',
    enabled: true,
    platforms: ['windows', 'darwin'],
    labels: [],
    version: '1.4.5',
    shard: 50,
    discovery: ["select 1 from os_version where name = 'x';"],
    queries: [
      {
        name: 'users',
        sql: "select uid,         username         from users where directory like 'C://%'; -- https://x",
        interval_seconds: 3_600,
        snapshot: true,
        removed: true,
        platform: 'ubuntu',
        version: '1.4.5',
        shard: null,
        denylist: true,
        description: 'Who is here',
      },
      { name: 'up', interval_seconds: 60, snapshot: false, removed: false, denylist: false },
    ],
    imported: [{ id: body.id, name: 'incident-response', replaced: false }],
  })
  expect(body.warnings.map((warning: { path: string }) => warning.path)).toEqual([
    'body.content.discovery.1',
    'body.content.discovery.2',
    'body.content.discovery.3',
  ])
  expect(body.warnings[0].message).toMatch(/^Line 8: /)
})

test('an export is imported again as the same pack', async () => {
  const { body: first } = await importPack('one', RELAXED_PACK)
  const exported = await site.ask('GET', `/api/packs/${first.id}/export`)
  expect(exported.headers.get('content-disposition')).toBe('attachment; filename="one.json"')
  expect(exported.body).toMatchObject({ platform: 'windows,darwin', queries: { users: { value: 'kept as it is' } } })
  const { body: second } = await importPack('two', exported.text)
  const { id, name, created_at, updated_at, imported, warnings, ...pack } = first
  expect(second).toMatchObject(pack)
  expect((await site.ask('GET', `/api/packs/${second.id}/export`)).body).toEqual(exported.body)
})

test('an import replaces the pack of that name; settings of operators stay', async () => {
  const { body: first } = await importPack('base', '{"queries": {"a": {"query": "select 1", "interval": 10}}}')
  await site.ask('PATCH', `/api/packs/${first.id}`, { body: { enabled: false, labels: ['web'] } })
  const { status, body } = await importPack('base', '{"queries": {"b": {"query": "select 2", "interval": 20}}}')
  expect(status).toBe(200)
  expect(body).toMatchObject({ id: first.id, enabled: false, labels: ['web'], queries: [{ name: 'b' }] })
  expect(body.imported).toEqual([{ id: first.id, name: 'base', replaced: true }])
  expect((await site.ask('GET', '/api/packs')).body.items).toHaveLength(1)
})

test.each([
  ['several packs', '{"packs": {"a": PACK, "b": PACK, "c": "/etc/c.conf"}, "options": {}}', ['a', 'b'], 1],
  ['a schedule', '{"schedule": {"up": {"query": "select 1", "interval": "60"}}}', ['given'], 0],
  ['both', '{"schedule": {"up": {"query": "select 1"}}, "packs": {"a": PACK}}', ['given', 'a'], 0],
  ['packs at the top', '{"a": PACK, "b": PACK}', ['a', 'b'], 0],
])('a configuration with %s gives packs', async (_what, text, names, warnings) => {
  const content = text.replaceAll('PACK', '{"queries": {"up": {"query": "select 1", "interval": 60}}}')
  const { status, body } = await importPack('given', content)
  expect(status).toBe(201)
  expect(body.imported.map(({ name }: { name: string }) => name)).toEqual(names)
  expect(body.warnings).toHaveLength(warnings)
})

test.each([
  ['{', 'body.content', /^Line 1: This is not JSON/],
  ['[]', 'body.content', /^Line 1: A pack is an object/],
  ['{"options": {}}', 'body.content', /^Line 1: This contains no pack/],
  ['{"queries": []}', 'body.content.queries', /^Line 1: Queries are an object/],
  ['{"queries": {\n"a": {"query": "x", "interval": 0}}}', 'body.content.queries.a.interval', /^Line 2: /],
  ['{"queries": {\n"a": {"query": "x", "interval": "soon"}}}', 'body.content.queries.a.interval', /^Line 2: /],
  ['{"queries": {"a": {"query": "x", "interval": 604801}}}', 'body.content.queries.a.interval', /604800/],
  ['{"queries": {\n\n"a": {"interval": 5}}}', 'body.content.queries.a.query', /^Line 3: /],
  ['{"queries": {"a": 5}}', 'body.content.queries.a.query', /^Line 1: /],
  ['{"queries": {"a": {"query": "\\u0000"}}}', 'body.content', /NUL/],
])('%j is refused with its place', async (content, path, message) => {
  const { status, body } = await importPack('bad', content)
  expect(status).toBe(400)
  expect(body.errors).toContainEqual({ path, message: expect.stringMatching(message) })
  expect((await site.ask('GET', '/api/packs')).body.items).toEqual([])
})

test('a backslash before a "u" in SQL is text, not an escape sequence', async () => {
  const sql = "select * from file where path = 'C:\\udev\\u0000' or path like '\\\\udata%'"
  const { status, body } = await importPack('paths', JSON.stringify({ queries: { a: { query: sql, interval: 60 } } }))
  expect([status, body.queries?.[0]?.sql]).toEqual([201, sql])
  const lone = await importPack('lone', `{"queries": {"a": {"query": "\\\\\\ud800", "interval": 60}}}`)
  expect(lone.status).toBe(400)
})

test('a pack is created, changed, listed and removed, and each change is in the audit log', async () => {
  const made = await createPack({ name: 'base', queries: [up], platforms: ['Linux', 'linux'], reason: 'first' })
  expect(made.status).toBe(201)
  const { id } = made.body
  expect(made.body).toMatchObject({
    platforms: ['linux'],
    queries: [{ ...up, snapshot: false }],
    discovery: [],
    shard: null,
  })
  expect((await createPack({ name: 'base' })).status).toBe(409)
  const other = (await createPack({ name: 'other' })).body
  expect((await site.ask('PATCH', `/api/packs/${other.id}`, { body: { name: 'base' } })).status).toBe(409)
  const changed = await site.ask('PATCH', `/api/packs/${id}`, {
    body: { description: 'All hosts', shard: 10, queries: [up, { ...up, name: 'up2', snapshot: true }] },
  })
  expect(changed.body).toMatchObject({
    name: 'base',
    description: 'All hosts',
    shard: 10,
    queries: [{ name: 'up' }, { name: 'up2' }],
  })
  expect((await site.ask('PATCH', `/api/packs/${id}`, { body: { shard: null } })).body.shard).toBeNull()
  const list = await site.ask('GET', '/api/packs?limit=1')
  expect(list.body.items.map(({ name }: { name: string }) => name)).toEqual(['base'])
  const rest = await site.ask('GET', `/api/packs?limit=1&cursor=${list.body.next_cursor}`)
  expect(rest.body).toMatchObject({ items: [{ name: 'other' }], next_cursor: null })
  expect((await site.ask('GET', '/api/packs?q=ALL')).body.items).toHaveLength(1)
  expect((await site.ask('GET', '/api/packs?cursor=!!')).status).toBe(400)
  expect((await site.ask('DELETE', `/api/packs/${id}`)).status).toBe(204)
  expect((await site.ask('GET', `/api/packs/${id}`)).status).toBe(404)
  for (const action of ['pack.create', 'pack.update', 'pack.delete'])
    expect((await auditOf(action)).map(({ data }) => data)).toContainEqual(expect.objectContaining({ name: 'base' }))
})

test('other fields of an import are kept when queries are changed', async () => {
  const { body } = await importPack(
    'base',
    '{"queries": {"a": {"query": "select 1", "interval": 10, "value": "v", "shard": 5}}}',
  )
  const queries = [{ name: 'a', sql: 'select 2', interval_seconds: 20 }, up]
  await site.ask('PATCH', `/api/packs/${body.id}`, { body: { queries } })
  const exported = await site.ask('GET', `/api/packs/${body.id}/export`)
  expect(exported.body.queries).toEqual({
    a: { query: 'select 2', interval: 20, value: 'v' },
    up: { query: up.sql, interval: 60 },
  })
})

test.each([
  [{}, ['body.name']],
  [{ name: 'x', queries: [{ ...up, interval_seconds: 0 }] }, ['body.queries.0.interval_seconds']],
  [{ name: 'x', queries: [up, up] }, ['body.queries']],
  [{ name: 'x', queries: [{ ...up, sql: '  ' }] }, ['body.queries.0.sql']],
  [{ name: 'x\0' }, ['body.name']],
  [{ name: 'x', shard: 101 }, ['body.shard']],
  [{ name: 'x', color: 'red' }, ['body.color']],
  [{ name: 'x', queries: [{ ...up, platform: 'macos' }] }, ['body.queries.0.platform']],
  [{ name: 'x', queries: [{ ...up, platform: 'linux,debian' }] }, ['body.queries.0.platform']],
  [{ name: 'x', queries: [{ ...up, name: 'boot_counter' }] }, ['body.queries.0.name']],
  [{ name: 'x', queries: [{ ...up, name: 'query.up' }] }, ['body.queries.0.name']],
  [{ name: '*' }, ['body.name']],
  [{ name: 'config_views.x' }, ['body.name']],
])('%j is refused', async (body, paths) => {
  const answer = await createPack(body)
  expect(answer.status).toBe(400)
  expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual(paths)
})

test('packs of another tenant are not found', async () => {
  const { body } = await createPack({ name: 'ours' })
  const otherAdmin = await site.tokenFor('admin', await site.anotherTenant())
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/export'],
    ['DELETE', ''],
    ['PATCH', ''],
  ] as const)
    expect(
      (
        await site.ask(method, `/api/packs/${body.id}${path}`, {
          as: otherAdmin,
          ...(method === 'PATCH' && { body: {} }),
        })
      ).status,
    ).toBe(404)
  expect((await site.ask('GET', '/api/packs', { as: otherAdmin })).body.items).toEqual([])
  expect((await importPack('ours', '{"queries": {}}', otherAdmin)).status).toBe(201)
  const viewer = await site.tokenFor('viewer')
  expect((await createPack({ name: 'x' }, viewer)).status).toBe(403)
  expect((await importPack('x', '{"queries": {}}', viewer)).status).toBe(403)
})

describe('the configuration of an agent', () => {
  test('contains the packs for its platform and labels', async () => {
    const agent = await addHost(site)
    await createPack({ name: 'all', queries: [up], version: '4.0.0', discovery: ['select 1'] })
    await createPack({ name: 'linux', queries: [up], platforms: ['linux'] })
    await createPack({ name: 'mac', queries: [up], platforms: ['darwin', 'windows'] })
    await createPack({ name: 'off', queries: [up], enabled: false })
    await createPack({ name: 'web', queries: [up], labels: ['web', 'none'] })
    const config = await site.schedules.config(agent)
    expect(config).toEqual({
      options: {
        disable_distributed: false,
        distributed_interval: 1,
        logger_tls_period: 10,
        logger_tls_compress: true,
        pack_delimiter: '_',
      },
      schedule: {},
      packs: {
        all: { version: '4.0.0', discovery: ['select 1'], queries: { up: { query: up.sql, interval: 60 } } },
        linux: { queries: { up: { query: up.sql, interval: 60 } } },
      },
      decorators: { load: [expect.stringContaining('uuid'), expect.stringContaining('hostname')] },
    })
    const label = { id: '018f0000-0000-7000-8000-000000000001', tenant_id: agent.tenantId, name: 'web' }
    await site.db('labels').insert({ ...label, created_by: JSON.stringify(BY) })
    await site.db('label_hosts').insert({ label_id: label.id, host_id: agent.hostId })
    expect(Object.keys((await site.schedules.config(agent)).packs as object)).toEqual(['all', 'linux', 'web'])
    const other = await addHost(site, { platform: 'windows' })
    expect(Object.keys((await site.schedules.config(other)).packs as object)).toEqual(['all', 'mac'])
  })

  test('changes with the packs, also in another process, and otherwise comes from memory', async () => {
    const agent = await addHost(site)
    const packsOf = async (by: Pick<FleetSite, 'schedules'>) =>
      Object.keys((await by.schedules.config(agent)).packs as object)
    expect(await packsOf(site)).toEqual([])
    expect(await packsOf(site.otherNode)).toEqual([])
    let resolveAnnounced: () => void = () => undefined
    const announced = new Promise<void>(resolve => {
      resolveAnnounced = resolve
    })
    await site.otherNode.streams.bus.subscribe('fleet:packs', () => resolveAnnounced())
    await createPack({ name: 'new', queries: [up] })
    expect(await packsOf(site)).toEqual(['new'])
    await announced
    expect(await packsOf(site.otherNode)).toEqual(['new'])
    const statements: string[] = []
    site.node.db.on('query', ({ sql }: { sql: string }) => statements.push(sql))
    await packsOf(site)
    expect(statements.filter(sql => sql.includes('packs'))).toEqual([])
  })

  test('is soon correct again after a message was lost', async () => {
    const agent = await addHost(site)
    const packs = async () => Object.keys((await site.otherNode.schedules.config(agent)).packs as object)
    await eventually(async () => (await packs()).length === 0, 'the packs of the last test are gone')
    const row = {
      name: 'unheard',
      content: '{"queries":{}}',
      created_by: JSON.stringify(BY),
      tenant_id: agent.tenantId,
    }
    await site.db('packs').insert({ ...row, id: '018f0000-0000-7000-8000-000000000002' })
    expect(await packs()).toEqual([])
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 59_000)
    expect(await packs()).toEqual(['unheard'])
    jest.restoreAllMocks()
  })
})

describe('saved queries', () => {
  test('are created, changed, listed, removed, and audited', async () => {
    const ask = (method: string, path: string, body?: object) =>
      site.ask(method, `/api/saved-queries${path}`, { ...(body && { body }) })
    const made = await ask('POST', '', { name: 'users', sql: 'select * from users', platforms: ['linux'] })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      name: 'users',
      description: '',
      sql: 'select * from users',
      platforms: ['linux'],
    })
    expect((await ask('POST', '', { name: 'users', sql: 'select 1' })).status).toBe(409)
    const { body: other } = await ask('POST', '', { name: 'ports', sql: 'select 1' })
    expect((await ask('PATCH', `/${other.id}`, { name: 'users' })).status).toBe(409)
    const changed = await ask('PATCH', `/${made.body.id}`, { description: 'Who', platforms: [] })
    expect(changed.body).toMatchObject({ name: 'users', description: 'Who', sql: 'select * from users', platforms: [] })
    expect((await ask('GET', '?limit=1')).body).toMatchObject({
      items: [{ name: 'ports' }],
      next_cursor: expect.any(String),
    })
    expect((await ask('GET', '?q=FROM USERS')).body.items).toHaveLength(1)
    expect((await ask('GET', `/${made.body.id}`)).body.name).toBe('users')
    expect((await ask('DELETE', `/${made.body.id}`)).status).toBe(204)
    expect((await ask('DELETE', `/${made.body.id}`)).status).toBe(404)
    for (const action of ['saved_query.create', 'saved_query.update', 'saved_query.delete'])
      expect(await auditOf(action)).not.toEqual([])
    const otherAdmin = await site.tokenFor('admin', await site.anotherTenant())
    expect((await site.ask('GET', `/api/saved-queries/${other.id}`, { as: otherAdmin })).status).toBe(404)
    expect((await ask('POST', '', { name: 'x', sql: '' })).status).toBe(400)
  })
})
