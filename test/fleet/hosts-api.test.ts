import { DEFAULT_TENANT_ID } from '../../src/api'
import { hashSecret, newId, newSecret } from '../../src/base/ids'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { enrollment } from './hosts-node'

// biome-ignore lint/suspicious/noExplicitAny: any JSON
type Json = any

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let secret: string
let outsider: Record<string, string>

beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
  secret = (await json('POST', '/api/enroll-secrets', {}))[1].secret
  outsider = await tokenOf(newId(), 'admin')
})
afterAll(() => parts.stop())

/** Headers with a token of a role, in a tenant that is created if it does not exist. */
async function tokenOf(tenantId: string, role: string) {
  const token = newSecret('trt')
  await app.app.db('tenants').insert({ id: tenantId, name: 'other' }).onConflict('id').ignore()
  const created_by = JSON.stringify({ type: 'system', id: null, name: 'test' })
  const row = { id: newId(), tenant_id: tenantId, name: role, role, secret_hash: hashSecret(token), created_by }
  await app.app.db('api_tokens').insert(row)
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
}

async function json(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = app.headers,
): Promise<[number, Json]> {
  const response = await fetch(app.url + path, {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return [response.status, text ? JSON.parse(text) : undefined]
}
const list = async (query = '') => (await json('GET', `/api/hosts?${query}`))[1]
const idsOf = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id)
const audited = async () =>
  (await app.app.db('audit_log').where({ tenant_id: DEFAULT_TENANT_ID }).orderBy('id')).map(row => row.action)

const asAgent = async (path: string, body: object): Promise<Json> => {
  const response = await fetch(`${app.url}/osquery/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return response.json()
}
async function enroll(name: string, with_ = secret, platform = 'debian') {
  const { details } = enrollment(with_, name)
  const { node_key } = await asAgent('enroll', {
    enroll_secret: with_,
    host_identifier: name,
    platform_type: '9',
    host_details: { ...details, os_version: { ...details.os_version, platform } },
  })
  const host = await app.app.db('hosts').where({ host_identifier: name }).first()
  return { key: node_key as string, id: host?.id as string }
}

describe('secrets', () => {
  test('are created, listed without the secret itself, and removed, with an entry in the audit log each', async () => {
    const [made, { id, secret: shown }] = await json('POST', '/api/enroll-secrets', { name: 'berlin' })
    expect(made).toBe(201)
    expect((await enroll('of-berlin', shown)).key).toMatch(/^trn_/)
    const [, { items }] = await json('GET', '/api/enroll-secrets')
    const item = items.find((each: { id: string }) => each.id === id)
    expect(item).toMatchObject({ name: 'berlin', last_used_at: expect.any(String) })
    expect(JSON.stringify(items)).not.toContain(shown)
    expect((await json('DELETE', `/api/enroll-secrets/${id}`))[0]).toBe(204)
    expect((await json('DELETE', `/api/enroll-secrets/${id}`))[0]).toBe(404)
    expect(await asAgent('enroll', { enroll_secret: shown, host_identifier: 'late' })).toEqual(
      expect.objectContaining({ node_invalid: true }),
    )
    expect(await audited()).toEqual(expect.arrayContaining(['enroll_secret.create', 'enroll_secret.delete']))
  })

  test('are for admins of their own tenant', async () => {
    const operator = await tokenOf(DEFAULT_TENANT_ID, 'operator')
    expect((await json('GET', '/api/enroll-secrets', undefined, operator))[0]).toBe(403)
    const [, { id }] = await json('POST', '/api/enroll-secrets', {})
    expect((await json('DELETE', `/api/enroll-secrets/${id}`, undefined, outsider))[0]).toBe(404)
    expect((await json('GET', '/api/enroll-secrets', undefined, outsider))[1].items).toEqual([])
  })
})

test('the setup has the flags and commands, with a placeholder for the secret', async () => {
  const [status, { flags, command, commands, flag_files, note }] = await json('GET', '/api/hosts/enrollment')
  expect(status).toBe(200)
  expect(flags).toEqual(
    expect.arrayContaining([
      `--tls_hostname=${new URL(app.url).host}`,
      ...['--host_identifier=uuid', '--enroll_tls_endpoint=/osquery/enroll', '--distributed_interval=1'],
      ...['--logger_tls_period=10', '--logger_tls_compress=true', '--config_refresh=60'],
      ...['--disable_distributed=false', '--distributed_tls_write_endpoint=/osquery/distributed_write'],
    ]),
  )
  expect(command).toContain('<secret>')
  expect(command).toBe(commands.linux)
  expect(commands.macos).toContain('/private/var/osquery')
  expect(commands.windows).toContain('C:\\Program Files\\osquery')
  expect(flag_files.linux).toEqual({ path: '/etc/osquery/osquery.flags', flags })
  expect(note).toMatch(/HTTPS/)
})

describe('the list', () => {
  let hosts: string[]
  beforeAll(async () => {
    const names = ['Zulu', 'alpha', 'Mike', 'bravo', 'tango']
    hosts = []
    for (const name of names)
      hosts.push((await enroll(`list-${name}`, secret, name === 'Mike' ? 'darwin' : 'ubuntu')).id)
    const times = (i: number) => new Date(Date.now() - i * 60_000)
    for (const [i, id] of hosts.entries())
      await app.app
        .db('hosts')
        .where({ id })
        .update({ enrolled_at: times(i) })
    await app.app.db('hosts').where({ id: hosts[4] }).update({ status: 'offline' })
  })

  test('is sorted by name, ignoring case', async () => {
    const { items } = await list('q=list-')
    expect(items.map(({ hostname }: { hostname: string }) => hostname.split('.')[0])).toEqual([
      ...['list-alpha', 'list-bravo', 'list-Mike', 'list-tango', 'list-Zulu'],
    ])
    expect(items[0]).toMatchObject({ status: 'online', platform: 'ubuntu', labels: [], refreshed_at: null })
  })

  test.each(['hostname', '-hostname', 'enrolled_at', '-enrolled_at', '-last_seen_at', 'status', 'os_name'])(
    'goes on behind the last host when sorted by %s',
    async sort => {
      const whole = idsOf(await list(`q=list-&sort=${sort}`))
      const paged: string[] = []
      let cursor = ''
      do {
        const page = await list(`q=list-&sort=${sort}&limit=2${cursor && `&cursor=${cursor}`}`)
        paged.push(...idsOf(page))
        cursor = page.next_cursor ?? ''
      } while (cursor)
      expect(paged).toEqual(whole)
      expect(paged).toHaveLength(5)
    },
  )

  test('refuses a cursor of another order, and an invalid one', async () => {
    const { next_cursor } = await list('q=list-&limit=2')
    expect((await json('GET', `/api/hosts?sort=-hostname&cursor=${next_cursor}`))[0]).toBe(400)
    expect((await json('GET', '/api/hosts?cursor=rubbish'))[0]).toBe(400)
    const odd = Buffer.from(JSON.stringify(['last_seen_at', 'x', hosts[0]])).toString('base64url')
    expect((await json('GET', `/api/hosts?sort=last_seen_at&cursor=${odd}`))[0]).toBe(400)
  })

  test('is filtered by status, platform and text; counts do not depend on the status', async () => {
    expect(idsOf(await list('q=list-&status=offline'))).toEqual([hosts[4]])
    expect((await list('q=list-&status=offline')).counts).toEqual({ online: 4, offline: 1, missing: 0 })
    expect(idsOf(await list('q=list-&platform=darwin'))).toEqual([hosts[2]])
    expect(await list('q=list-&platform=linux')).toMatchObject({ counts: { online: 3, offline: 1, missing: 0 } })
    expect(idsOf(await list('q=LIST-TANGO'))).toEqual([hosts[4]])
    expect((await list('q=list_')).items).toEqual([])
    expect((await list('q=Debian%20GNU/Linux%2012')).items.length).toBeGreaterThan(0)
    expect(idsOf(await list(`q=${hosts[1]}`))).toEqual([hosts[1]])
  })

  test('is separate for each tenant', async () => {
    const [, page] = await json('GET', '/api/hosts', undefined, outsider)
    expect(page).toEqual({ items: [], next_cursor: null, counts: { online: 0, offline: 0, missing: 0 } })
    expect((await json('GET', `/api/hosts/${hosts[0]}`, undefined, outsider))[0]).toBe(404)
    expect((await json('DELETE', `/api/hosts/${hosts[0]}`, undefined, outsider))[0]).toBe(404)
    expect((await json('POST', `/api/hosts/${hosts[0]}/refresh`, {}, outsider))[0]).toBe(404)
  })

  test('accepts ids in upper case', async () => {
    const path = `/api/hosts/${hosts[0]?.toUpperCase()}`
    expect((await json('GET', path))[1]).toMatchObject({ id: hosts[0], links: { self: `/api/hosts/${hosts[0]}` } })
    expect(await json('GET', `${path}/carves`)).toEqual([200, { items: [], next_cursor: null }])
  })

  test('counts platforms', async () => {
    const [, { items }] = await json('GET', '/api/hosts/platforms')
    expect(items).toContainEqual({ platform: 'ubuntu', hosts: 4 })
  })
})

test('a host has details, and its vitals are refreshed on request', async () => {
  const { id, key } = await enroll('refreshed')
  const [, host] = await json('GET', `/api/hosts/${id}`)
  expect(host).toMatchObject({ id, details: { os_version: { version: '12' } }, vitals: {} })
  expect(host.links.results).toBe(`/api/hosts/${id}/results`)
  const { queries } = await asAgent('distributed_read', { node_key: key })
  expect(Object.keys(queries)).toContain('tailrace:vitals:uptime')
  const write = { node_key: key, queries: { 'tailrace:vitals:uptime': [{ days: '3' }] }, statuses: {} }
  await asAgent('distributed_write', write)
  expect((await json('GET', `/api/hosts/${id}`))[1].vitals).toEqual({ uptime: [{ days: '3' }] })
  const held = asAgent('distributed_read', { node_key: key })
  expect((await json('POST', `/api/hosts/${id}/refresh`, {}))[0]).toBe(202)
  expect(Object.keys((await held).queries)).toContain('tailrace:vitals:uptime')
  expect(await audited()).toContain('host.refresh')
})

test('a removed host is gone with its key and its topic; its agent enrolls as another one', async () => {
  const { id, key } = await enroll('removed')
  expect((await json('DELETE', `/api/hosts/${id}?reason=sold`))[0]).toBe(204)
  expect((await json('GET', `/api/hosts/${id}`))[0]).toBe(404)
  expect((await json('DELETE', `/api/hosts/${id}`))[0]).toBe(404)
  expect(await asAgent('config', { node_key: key })).toMatchObject({ node_invalid: true })
  const topic = await app.app
    .db('stream_topics')
    .where({ name: `host:${id}` })
    .first()
  expect(topic.end_reason).toBe('deleted')
  expect((await audited()).filter(action => action === 'host.delete')).toHaveLength(1)
  expect((await enroll('removed')).id).not.toBe(id)
})

describe('labels', () => {
  test('that are manual apply to the hosts that they were added to', async () => {
    const [one, two] = [await enroll('label-1'), await enroll('label-2')]
    const [made, label] = await json('POST', '/api/labels', { name: 'shop', description: 'tills' })
    expect(made).toBe(201)
    expect(label).toMatchObject({ name: 'shop', sql: null, platforms: [], host_count: 0 })
    expect((await json('POST', '/api/labels', { name: 'shop' }))[0]).toBe(409)
    const put = (body: object) => json('POST', `/api/labels/${label.id}/hosts`, body)
    expect((await put({ add: [one.id, two.id] }))[1]).toMatchObject({ host_count: 2 })
    expect((await put({ add: [one.id], remove: [two.id] }))[1]).toMatchObject({ host_count: 1 })
    expect((await put({ add: [one.id, newId()] }))[1].errors).toEqual([expect.objectContaining({ path: 'body.add.1' })])
    expect(idsOf(await list('label=shop'))).toEqual([one.id])
    const [host] = (await list(`label=${label.id}`)).items
    expect(host.labels).toEqual([{ id: label.id, name: 'shop' }])
    expect((await json('PATCH', `/api/labels/${label.id}`, { sql: 'SELECT 1' }))[0]).toBe(409)
    expect((await json('PATCH', `/api/labels/${label.id}`, { name: 'tills' }))[1]).toMatchObject({ name: 'tills' })
    expect((await json('DELETE', `/api/labels/${label.id}`))[0]).toBe(204)
    expect((await json('GET', `/api/labels/${label.id}`))[0]).toBe(404)
    expect((await json('GET', `/api/hosts/${one.id}`))[0]).toBe(200)
    expect(await audited()).toEqual(
      expect.arrayContaining(['label.create', 'label.hosts', 'label.update', 'label.delete']),
    )
  })

  test('with a query apply to hosts of their platforms on which it returns a row, from the next read on', async () => {
    const { key, id } = await enroll('dynamic')
    await asAgent('distributed_read', { node_key: key })
    await asAgent('distributed_write', { node_key: key, queries: { 'tailrace:vitals:uptime': [] }, statuses: {} })
    const [, label] = await json('POST', '/api/labels', { name: 'dyn', sql: 'SELECT 1', platforms: ['Linux'] })
    const sent = async () => (await asAgent('distributed_read', { node_key: key })).queries
    const answerWith = (queryId: string, rows: object[]) =>
      asAgent('distributed_write', { node_key: key, queries: { [queryId]: rows }, statuses: { [queryId]: 0 } })
    const first = `tailrace:label:${label.id}:1`
    await eventually(async () => (await sent())[first] === 'SELECT 1', 'the new query is sent')
    await answerWith(first, [{ '1': '1' }])
    expect((await json('GET', `/api/labels/${label.id}`))[1].host_count).toBe(1)
    expect((await json('POST', `/api/labels/${label.id}/hosts`, { add: [id] }))[0]).toBe(409)

    await json('PATCH', `/api/labels/${label.id}`, { sql: 'SELECT 2' })
    const second = `tailrace:label:${label.id}:2`
    await eventually(async () => second in (await sent()), 'the changed query is sent')
    await answerWith(first, [])
    expect((await json('GET', `/api/labels/${label.id}`))[1].host_count).toBe(1)
    await answerWith(second, [])
    expect((await json('GET', `/api/labels/${label.id}`))[1].host_count).toBe(0)
    await answerWith(second, [{ '2': '2' }])
    const [, narrowed] = await json('PATCH', `/api/labels/${label.id}`, { platforms: ['windows'] })
    expect(narrowed).toMatchObject({ host_count: 0, platforms: ['windows'] })
  })

  test('are changed by operators of their tenant', async () => {
    const viewer = await tokenOf(DEFAULT_TENANT_ID, 'viewer')
    expect((await json('POST', '/api/labels', { name: 'x' }, viewer))[0]).toBe(403)
    const [, label] = await json('POST', '/api/labels', { name: 'own' })
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { name: 'theirs' }],
      ['DELETE', '', undefined],
      ['POST', '/hosts', {}],
    ] as const)
      expect((await json(method, `/api/labels/${label.id}${path}`, body, outsider))[0]).toBe(404)
    expect((await json('GET', '/api/labels', undefined, outsider))[1].items).toEqual([])
    const { id } = await enroll('not-theirs')
    const [, theirs] = await json('POST', '/api/labels', { name: 'own' }, outsider)
    expect((await json('POST', `/api/labels/${theirs.id}/hosts`, { add: [id] }, outsider))[0]).toBe(400)
  })
})
