import { appsOnFreshParts, type TestApp } from '../../support/app'
import { createQuery, enrolled, hostIdOf, type OsqueryAgent } from '../osquery-agent'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let query: string
let agents: OsqueryAgent[]
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
  agents = await enrolled(app, 4, 'r')
  const ids = await Promise.all(agents.map(agent => hostIdOf(app, agent)))
  query = (await createQuery(app, { sql: 'select pid, name from processes', targets: { host_ids: ids } })).id
  await Promise.all(agents.map(agent => agent.next()))
  const [a, b, c] = agents
  const rows = Array.from({ length: 2_500 }, (_, i) => ({ pid: String(i), name: i % 2 ? 'odd' : 'even, "quoted"' }))
  await a?.write({ [query]: { rows } })
  await b?.write({
    [query]: {
      rows: [
        { pid: '-7', name: 'ünïcode\u0000NUL', extra: '9223372036854775807' },
        { pid: '', name: '=1+1' },
      ],
    },
  })
  await c?.write({ [query]: { rows: [], status: 1, message: 'no such table: processes' } })
})
afterAll(() => parts.stop())

interface Item {
  host_identifier: string
  status: string
  no: number
  row: Record<string, string> | null
}

interface Page {
  items: Item[]
  next_cursor: string | null
  total: number | null
}

async function page(params: Record<string, string>): Promise<Page> {
  const answer = await app.get(`/api/queries/${query}/results?${new URLSearchParams(params)}`)
  expect(answer.status).toBe(200)
  return (await answer.json()) as Page
}

async function all(params: Record<string, string>): Promise<Item[]> {
  const items: Item[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const found: Page = await page({ ...params, ...(cursor && { cursor }) })
    items.push(...found.items)
    cursor = found.next_cursor
  }
  return items
}

test('pages have every row once, and every host without rows', async () => {
  const items = await all({ limit: '700' })
  expect(items).toHaveLength(2_504)
  expect(new Set(items.map(({ host_identifier, no }) => `${host_identifier} ${no}`)).size).toBe(2_504)
  expect(
    items
      .filter(({ row }) => !row)
      .map(({ host_identifier, status }) => [host_identifier, status])
      .sort(),
  ).toEqual([
    ['r3', 'failed'],
    ['r4', 'sent'],
  ])
  expect((await page({})).total).toBe(2_504)
  expect((await page({ status: 'completed' })).total).toBe(2_502)
  const jumped: Item[] = []
  for (let offset = 0; offset < 2_600; offset += 700)
    jumped.push(...(await page({ limit: '700', offset: String(offset) })).items)
  expect(jumped).toEqual(items)
  const [empty] = (await page({ status: 'failed', offset: '1' })).items
  expect(empty).toBeUndefined()
})

test('a numeric column is sorted by number, in pages, in both directions; hosts without rows come last', async () => {
  const up = await all({ sort: 'pid', limit: '600' })
  const pids = up.map(({ row }) => row?.pid)
  expect(pids.slice(0, 12)).toEqual(['-7', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10'])
  expect(pids.slice(-4)).toEqual(['2499', '', undefined, undefined])
  const down = await all({ sort: '-pid', limit: '600' })
  expect(down.map(({ row }) => row?.pid).slice(0, 3)).toEqual(['2499', '2498', '2497'])
  expect(down.slice(-2).map(({ row }) => row)).toEqual([null, null])
  expect(down).toHaveLength(2_504)
})

test('the text filter looks at values, hosts and errors, not at names of columns', async () => {
  expect((await page({ q: 'even' })).total).toBe(1_250)
  expect((await page({ q: 'pid' })).total).toBe(0)
  expect((await page({ q: 'no such table' })).total).toBe(1)
  expect((await page({ q: 'host-r2' })).total).toBe(2)
  expect((await page({ q: '%' })).total).toBe(0)
  expect((await page({ q: 'EVEN, "quoted"' })).total).toBe(1_250)
})

test('NUL in values is replaced, large integers are kept, columns of several hosts are joined', async () => {
  const [first] = (await page({ q: 'ünïcode' })).items
  expect(first?.row).toEqual({ pid: '-7', name: 'ünïcode\ufffdNUL', extra: '9223372036854775807' })
  const { columns } = (await (await app.get(`/api/queries/${query}`)).json()) as { columns: string[] }
  expect(columns).toEqual(['pid', 'name', 'extra'])
})

test('exports stream every row with its host', async () => {
  const csv = await (await app.get(`/api/queries/${query}/results?format=csv`)).text()
  const lines = csv.trimEnd().split('\r\n')
  expect(lines[0]).toBe('host_id,host_identifier,hostname,pid,name,extra')
  expect(lines).toHaveLength(2_503)
  expect(lines.some(line => line.endsWith(',r1,host-r1,0,"even, ""quoted""",'))).toBe(true)
  expect(lines.some(line => line.endsWith(",r2,host-r2,,'=1+1,"))).toBe(true)
  const marked = await app.get(`/api/queries/${query}/results?format=csv&bom=1&q=ünïcode`)
  expect([...new Uint8Array(await marked.arrayBuffer()).slice(0, 4)]).toEqual([0xef, 0xbb, 0xbf, 'h'.charCodeAt(0)])
  expect((await app.get(`/api/queries/${query}/results?format=csv&bom=yes`)).status).toBe(400)
  const ndjson = await (await app.get(`/api/queries/${query}/results?format=ndjson&q=ünïcode`)).text()
  expect(JSON.parse(ndjson)).toMatchObject({ host_identifier: 'r2', row: { pid: '-7' } })
})

test('the most frequent values of a column are counted over all hosts', async () => {
  const { items } = (await (await app.get(`/api/queries/${query}/values?column=name&limit=2`)).json()) as {
    items: unknown[]
  }
  expect(items).toEqual([
    { value: 'even, "quoted"', rows: 1_250, hosts: 1 },
    { value: 'odd', rows: 1_250, hosts: 1 },
  ])
})

test('a host lists its answers, with the first rows', async () => {
  const [a] = agents as [OsqueryAgent]
  const { items } = (await (await app.get(`/api/hosts/${await hostIdOf(app, a)}/results`)).json()) as {
    items: Record<string, unknown>[]
  }
  expect(items[0]).toMatchObject({ query_id: query, status: 'completed', row_count: 2_500, truncated: true })
  expect((items[0]?.rows as unknown[] | undefined)?.length).toBeGreaterThan(100)
})

test('an invalid cursor and one of another sort are refused', async () => {
  for (const cursor of [
    'x',
    Buffer.from('["1"]').toString('base64url'),
    Buffer.from('[1,2,3,4,5,6]').toString('base64url'),
  ]) {
    const answer = await app.get(`/api/queries/${query}/results?cursor=${cursor}`)
    expect([cursor, answer.status]).toEqual([cursor, 400])
  }
})

test('rows that arrive after a page was read do not move the next page', async () => {
  const hosts = await all({})
  const silent = hosts.findIndex(({ status }) => status === 'sent')
  const cursor = Buffer.from(JSON.stringify([(hosts[silent] as unknown as { host_id: string }).host_id, '0']))
  const behind = async () => (await page({ cursor: cursor.toString('base64url'), limit: '2000' })).items
  expect(await behind()).toEqual(hosts.slice(silent + 1, silent + 2_001))
  await agents[3]?.write({ [query]: { rows: [{ pid: '1' }, { pid: '2' }] } })
  expect((await behind()).slice(0, 2).map(({ host_identifier, no }) => [host_identifier, no])).toEqual([
    ['r4', 1],
    ['r4', 2],
  ])
})
