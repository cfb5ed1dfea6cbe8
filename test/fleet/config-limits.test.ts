import { newId } from '../../src/base/ids'
import { configBytesMax, isTooDeep } from '../../src/fleet/schedules/config-limits'
import { importPacks } from '../../src/fleet/schedules/pack-import'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { addHost } from './node'

// biome-ignore lint/suspicious/noExplicitAny: any JSON response
type Json = any

const MIB = 1024 * 1024

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
})
afterAll(() => parts.stop())
afterEach(async () => {
  for (const table of ['packs', 'labels', 'hosts']) await app.app.db(table).delete()
})

async function request(method: string, path: string, body?: object): Promise<{ status: number; body: Json }> {
  const headers = { ...app.headers, 'content-type': 'application/json' }
  const answer = await fetch(`${app.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  return { status: answer.status, body: answer.status === 204 ? null : await answer.json() }
}

/** A pack of slightly more than this size. */
function content(bytes: number, more: object = {}) {
  const each = 50_000
  const queries = Array.from({ length: Math.ceil(bytes / each) }, (_, i) => {
    const size = Math.min(each, bytes - i * each)
    return [`q${i}`, { query: `select '${'x'.repeat(Math.max(0, size - 40))}'`, interval: 60 }]
  })
  return JSON.stringify({ queries: Object.fromEntries(queries), ...more })
}
const createPack = (name: string, bytes: number, more: object = {}) =>
  request('POST', '/api/packs/import', { name, content: content(bytes, more) })
const patch = (pack: { body: Json }, body: object) => request('PATCH', `/api/packs/${pack.body.id}`, body)
const messageOf = ({ body }: { body: Json }) => `${body.errors?.[0].path} ${body.errors?.[0].message}`
const hostWith = async (version: string, platform = 'debian') => {
  const agent = await addHost({ db: app.app.db }, { platform })
  await app.app.db('hosts').where({ id: agent.hostId }).update({ osquery_version: version })
  return agent
}

test('packs for one host may not exceed the limit of its agent together; the pack is named', async () => {
  expect((await createPack('first', 2.5 * MIB)).status).toBe(201)
  const refused = await createPack('second', 2.5 * MIB)
  expect(refused.status).toBe(400)
  expect(messageOf(refused)).toMatch(
    /^body.content With pack "second", a linux host would be served 5\.\d\d MiB: \w+ 2\.\d+ MiB, \w+ 2\.\d+ MiB\. .* 4\.00 MiB at most/,
  )
  expect((await request('GET', '/api/packs')).body.items).toHaveLength(1)
})

test('one pack that is too large is refused by name, however it is stored', async () => {
  expect(messageOf(await createPack('huge', 4.5 * MIB))).toContain('With pack "huge"')
  const small = await request('POST', '/api/packs', { name: 'small' })
  const queries = Array.from({ length: 90 }, (_, i) => ({
    name: `q${i}`,
    sql: `select '${'é'.repeat(25_000)}'`,
    interval_seconds: 60,
  }))
  const grown = await patch(small, { queries })
  expect(grown.status).toBe(400)
  expect(messageOf(grown)).toContain('With pack "small"')
  expect((await request('POST', '/api/packs', { name: 'new', queries })).status).toBe(400)
})

test('packs for other platforms do not add up, and disabled ones do not count', async () => {
  expect((await createPack('linux', 2.5 * MIB, { platform: 'linux' })).status).toBe(201)
  expect((await createPack('mac', 2.5 * MIB, { platform: 'darwin' })).status).toBe(201)
  expect(messageOf(await createPack('posix', 2.5 * MIB, { platform: 'posix' }))).toContain(
    'With pack "posix", a linux host',
  )
  const windows = await createPack('windows', 2.5 * MIB, { platform: 'windows' })
  expect(windows.status).toBe(201)
  expect((await patch(windows, { enabled: false })).status).toBe(200)
  expect((await patch(windows, { platforms: ['debian'] })).status).toBe(200)
  expect(messageOf(await patch(windows, { enabled: true }))).toContain('a debian host')
})

test('packs for different labels add up where a host has both, and the label is refused then', async () => {
  const host = await hostWith('5.23.1')
  const [a, b] = [
    await request('POST', '/api/labels', { name: 'a' }),
    await request('POST', '/api/labels', { name: 'b' }),
  ]
  for (const name of ['a', 'b']) {
    const pack = await request('POST', '/api/packs', { name: `for-${name}`, labels: [name] })
    expect(pack.status).toBe(201)
    expect((await createPack(`for-${name}`, 2.5 * MIB)).status).toBe(200)
  }
  const put = (label: { body: Json }) => request('POST', `/api/labels/${label.body.id}/hosts`, { add: [host.hostId] })
  expect((await put(a)).status).toBe(200)
  const refused = await put(b)
  expect(refused.status).toBe(400)
  expect(messageOf(refused)).toMatch(/^body.add With label "b", host web-07 .*for-[ab] 2\.\d+ MiB/)
  expect((await request('GET', `/api/labels/${b.body.id}`)).body.host_count).toBe(0)
  await request('PATCH', `/api/labels/${b.body.id}`, { name: 'other' })
  expect((await put(b)).status).toBe(200)
  expect(messageOf(await request('PATCH', `/api/labels/${b.body.id}`, { name: 'b' }))).toMatch(
    /^body.name With label "b"/,
  )
  expect(messageOf(await createPack('both', 2.5 * MIB))).toContain('With pack "both", a linux host with label')
})

test('hosts with an older osquery have a lower limit', async () => {
  await hostWith('5.23.1')
  expect((await createPack('base', 1.5 * MIB)).status).toBe(201)
  await request('DELETE', `/api/packs/${(await request('GET', '/api/packs')).body.items[0].id}`)
  await hostWith('5.20.0')
  expect(messageOf(await createPack('base', 1.5 * MIB))).toMatch(
    /host web-07 \(debian, osquery 5\.20\.0\) .* 1\.00 MiB at most/,
  )
  expect((await createPack('base', 1.5 * MIB, { platform: 'windows' })).status).toBe(201)
})

test('a pack that has become too large for a new host can shrink step by step and get a new description, but not grow', async () => {
  const pack = await request('POST', '/api/packs', { name: 'base' })
  const queries = (bytes: number) =>
    Array.from({ length: 15 }, (_, i) => ({
      name: `q${i}`,
      sql: `select '${'x'.repeat(bytes)}'`,
      interval_seconds: 60,
    }))
  expect((await patch(pack, { queries: queries(90_000) })).status).toBe(200)
  await hostWith('5.20.0')
  expect((await patch(pack, { description: 'too large for one' })).status).toBe(200)
  expect((await patch(pack, { queries: queries(80_000) })).status).toBe(200)
  expect(messageOf(await patch(pack, { queries: queries(85_000) }))).toContain('1.00 MiB at most')
})

test('a host whose packs are too large gets an error and keeps its configuration', async () => {
  const { secret } = (await request('POST', '/api/enroll-secrets', {})).body
  const agent = async (path: string, body: object): Promise<Json> =>
    (await fetch(`${app.url}/osquery/${path}`, { method: 'POST', body: JSON.stringify(body) })).json()
  expect((await createPack('base', 1.5 * MIB)).status).toBe(201)
  const enrol = (version: string) =>
    agent('enroll', {
      enroll_secret: secret,
      host_identifier: newId(),
      host_details: { os_version: { platform: 'debian' }, osquery_info: { version } },
    })
  const { node_key: old } = await enrol('5.20.0')
  const [host] = (await request('GET', '/api/hosts')).body.items
  expect(host).toMatchObject({ schedule_lost_at: null })
  const served = await request('GET', `/api/hosts/${host.id}/configuration`)
  expect(served.body).toMatchObject({ packs: [{ name: 'base' }], bytes_max: MIB, too_large: true })
  expect(served.body.bytes).toBeGreaterThan(1.4 * MIB)
  expect((await request('GET', `/api/hosts/${newId()}/configuration`)).status).toBe(404)
  expect(await agent('config', { node_key: old })).toEqual({ error: expect.stringContaining('1048576') })
  const { node_key: recent } = await enrol('5.23.1')
  const config = await fetch(`${app.url}/osquery/config`, {
    method: 'POST',
    body: JSON.stringify({ node_key: recent }),
  })
  const text = await config.text()
  expect(Object.keys(JSON.parse(text).packs)).toEqual(['base'])
  const [{ id }] = (await request('GET', '/api/hosts?sort=-enrolled_at')).body.items
  const after = (await request('GET', `/api/hosts/${id}/configuration`)).body
  // The options are a digit shorter than the longest.
  expect(after.bytes - Buffer.byteLength(text)).toBeLessThanOrEqual(4)
  expect(after.bytes - Buffer.byteLength(text)).toBeGreaterThanOrEqual(0)
})

test('two packs that are stored concurrently do not exceed the limit together', async () => {
  const stored = await Promise.all(['one', 'two', 'three'].map(name => createPack(name, 1.8 * MIB)))
  expect(stored.map(({ status }) => status).sort()).toEqual([201, 201, 400])
})

test('another tenant has a separate limit', async () => {
  await app.app.db('tenants').insert({ id: newId(), name: 'other' })
  const [other] = await app.app.db('tenants').where({ name: 'other' })
  const row = {
    id: newId(),
    tenant_id: other.id,
    name: 'theirs',
    content: content(3 * MIB),
    created_by: JSON.stringify({ type: 'system', id: null, name: 'test' }),
  }
  await app.app.db('packs').insert(row)
  expect((await createPack('ours', 3 * MIB)).status).toBe(201)
})

test.each([
  ['5.23.1', 4 * MIB],
  ['5.24.0', 4 * MIB],
  ['6.0.0', 4 * MIB],
  ['5.23.0', MIB],
  ['5.9.2', MIB],
  ['4.30.30-5-gabc', MIB],
  ['', 4 * MIB],
  ['unknown', 4 * MIB],
])('osquery %j accepts %d bytes', (version, bytes) => {
  expect(configBytesMax(version)).toBe(bytes)
})

const nested = (levels: number): unknown => (levels > 1 ? { a: nested(levels - 1) } : 1)

test('a pack may have as many levels as fit below "packs" in a configuration of 32', () => {
  expect(isTooDeep(nested(30))).toBe(false)
  expect(isTooDeep(nested(31))).toBe(true)
  const packWith = (levels: number) => JSON.stringify({ packs: { deep: { queries: {}, more: nested(levels) } } })
  expect(importPacks('x', packWith(29)).faults).toEqual([])
  expect(importPacks('x', packWith(30)).faults).toEqual([
    { path: 'body.content.packs.deep', message: expect.stringMatching(/Pack "deep" has more than 30 levels/) },
  ])
})
