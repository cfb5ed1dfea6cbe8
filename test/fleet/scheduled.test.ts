import { get } from 'node:http'
import type { Agent } from '../../src/fleet/agent'
import { addHost, hostLog, resultLine, results, statuses, statusLine } from './node'
import { type FleetSite, startFleetSite } from './site'

let site: FleetSite
let agent: Agent
beforeAll(async () => {
  site = await startFleetSite()
})
beforeEach(async () => {
  agent = await addHost(site)
})
afterAll(() => site.stop())

const ask = (path: string, as = site.adminToken) => site.ask('GET', `/api/hosts/${agent.hostId}${path}`, { as })
const numbersOf = (items: { columns: { no: string } }[]) => items.map(({ columns }) => Number(columns.no))

test('results are listed newest first, page by page, as they were logged', async () => {
  const lines = [0, 1, 2, 3, 4].map(no => resultLine(no))
  await site.schedules.log(agent, results(lines))
  const first = (await ask('/scheduled?limit=3')).body
  expect(first.items[0]).toEqual({
    id: expect.any(String),
    name: 'pack_base_up',
    action: 'added',
    at: '2026-09-01T10:00:00.004Z',
    received_at: expect.any(String),
    epoch: expect.any(Number),
    counter: expect.any(Number),
    columns: { no: '4' },
    decorations: { hostname: 'web-07' },
    truncated: false,
  })
  await site.schedules.log(agent, results([...lines, resultLine(5)]))
  const second = (await ask(`/scheduled?limit=3&cursor=${first.next_cursor}`)).body
  expect([numbersOf(first.items), numbersOf(second.items), second.next_cursor]).toEqual([[4, 3, 2], [1, 0], null])
})

test('results are found by name, action, time and text', async () => {
  await site.schedules.log(
    agent,
    results([
      resultLine(0, { name: 'a', columns: { no: '0', path: 'C:\\Temp "x" 100%' } }),
      resultLine(1, { name: 'a', action: 'removed' }),
      resultLine(2, { name: 'b', action: 'snapshot', at: new Date('2026-01-01T00:00:00Z') }),
    ]),
  )
  const found = async (query: string) => numbersOf((await ask(`/scheduled?${query}`)).body.items)
  expect(await found('name=a')).toEqual([1, 0])
  expect(await found('action=removed')).toEqual([1])
  expect(await found('action=removed,snapshot')).toEqual([2, 1])
  expect(await found('since=2026-02-01T00:00:00Z')).toEqual([1, 0])
  expect(await found('until=2026-02-01T00:00:00Z')).toEqual([2])
  expect(await found(`q=${encodeURIComponent('c:\\temp "X"')}`)).toEqual([0])
  expect(await found(`q=${encodeURIComponent('100%')}`)).toEqual([0])
  expect(await found('q=10_')).toEqual([])
  expect((await ask('/scheduled?action=changed')).status).toBe(400)
  expect((await ask('/scheduled?cursor=x')).status).toBe(400)
  const { items } = (await ask('/scheduled/names')).body
  expect(items).toEqual([
    { name: 'a', last_received_at: expect.any(String) },
    { name: 'b', last_received_at: expect.any(String) },
  ])
})

test('a download has every row, no formulas and all digits of numbers', async () => {
  await site.schedules.log(
    agent,
    results([
      resultLine(0, { columns: { uid: '9223372036854775807', path: '=cmd()' } }),
      resultLine(1, { columns: { 'user name': 'a "b"\nc', path: '-5' }, decorations: null }, true),
    ]),
  )
  const csv = await ask('/scheduled?format=csv')
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(csv.headers.get('content-disposition')).toContain(`scheduled-${agent.hostId}.csv`)
  const time = expect.stringMatching(/^[\d-]+T[\d:.]+Z$/)
  const [head, one, ...rest] = csv.text.split('\r\n')
  expect(head).toBe('name,action,at,received_at,epoch,counter,path,uid,user name')
  expect(one?.split(',').slice(0, 4)).toEqual(['pack_base_up', 'added', time, time])
  expect(one).toMatch(/,-5,,"a ""b""\nc"$/)
  expect(rest[0]).toMatch(/,'=cmd\(\),9223372036854775807,$/)
  const ndjson = (await ask('/scheduled?format=ndjson&q=cmd')).text.split('\n')
  expect(ndjson).toHaveLength(2)
  expect(ndjson[0]).toContain('"columns":{"uid":"9223372036854775807","path":"=cmd()"}')
})

test('a column with the name of one of ours is renamed in the header', async () => {
  await site.schedules.log(agent, results([resultLine(2, { columns: { name: 'bash', at: '1', result_name: 'x' } })]))
  const [head, row] = (await ask('/scheduled?format=csv&q=bash&bom=1')).text.split('\r\n')
  expect(head?.replace('\ufeff', '')).toBe(
    'name,action,at,received_at,epoch,counter,result_at,result_name_2,result_name',
  )
  expect(row).toMatch(/,1,bash,x$/)
})

test('a download of 200,000 rows is sent no faster than it is read', async () => {
  await site.db.raw(
    `INSERT INTO scheduled_results (tenant_id, host_id, name, action, at, columns)
     SELECT ?, ?, 'many', 'snapshot', now(), json_build_object('no', n::text, 'text', repeat('x', 300))
     FROM generate_series(1, 200000) AS n`,
    [agent.tenantId, agent.hostId],
  )
  let pages = 0
  site.node.db.on('query', ({ sql }: { sql: string }) => {
    if (/^SELECT id, name.*FROM scheduled_results/s.test(sql)) pages++
  })
  const url = `${site.url}/api/hosts/${agent.hostId}/scheduled?format=ndjson`
  const headers = { authorization: `Bearer ${site.adminToken}` }
  // One client reads only the head.
  const lazy = get(url, { headers })
  await new Promise<void>(resolve => lazy.on('response', response => response.pause() && resolve()))
  let count = 0
  let rest = ''
  let expected = 200_000
  const response = await fetch(url, { headers })
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const no = Number(/"no" : "(\d+)"/.exec(line)?.[1])
      if (no !== expected) throw new Error(`${no} instead of ${expected}`)
      expected--
      count++
    }
  }
  expect(count).toBe(200_000)
  // Of 200 pages, the idle client was sent only what fits into the network buffers.
  expect(pages).toBeLessThan(201 + 100)
  lazy.destroy()
})

test("a host's log is read like a job's", async () => {
  await site.schedules.log(agent, statuses([statusLine(0), statusLine(1, 2), statusLine(2, 1)]))
  expect(await hostLog(site.node, agent)).toHaveLength(3)
  const { items } = (await ask('/logs?level=warn,error')).body
  expect(
    items.map(({ line, level, message, source }: Record<string, unknown>) => [line, level, message, source]),
  ).toEqual([
    [2, 'error', 'tls.cpp:254 message 1', 'osqueryd'],
    [3, 'warn', 'tls.cpp:254 message 2', 'osqueryd'],
  ])
  expect((await ask('/logs?format=text')).text.split('\n')).toHaveLength(4)
})

test('hosts of another tenant are not found', async () => {
  const otherAdmin = await site.tokenFor('admin', await site.anotherTenant())
  for (const path of ['/scheduled', '/scheduled?format=csv', '/scheduled/names', '/logs', '/carves'])
    expect((await ask(path, otherAdmin)).status).toBe(404)
})

test('topics of deleted hosts are removed', async () => {
  const topic = ({ tenantId, hostId }: Agent) => ({ tenantId, name: `hostlog:${hostId}` })
  const removed = await addHost(site)
  await site.db('hosts').where({ id: removed.hostId }).delete()
  const gone = await site.schedules.family.gone?.([
    topic(agent),
    topic(removed),
    { ...topic(agent), name: 'hostlog:x' },
  ])
  expect(gone?.map(({ name }) => name)).toEqual([topic(removed).name, 'hostlog:x'])
})

test('results are deleted after their retention period', async () => {
  await site.schedules.log(agent, results([resultLine(0), resultLine(1)]))
  const [target] = site.schedules.retention
  const before = new Date(Date.now() + 60_000)
  await site.db('scheduled_results').whereNot({ host_id: agent.hostId }).delete()
  expect(target).toMatchObject({ name: 'scheduled_results', keep: { term: 'logs' } })
  expect(await target?.count(before)).toBe(2)
  expect((await target?.measure())?.oldest).toBeInstanceOf(Date)
  expect(await target?.sweep(before, 100, null)).toEqual({ deleted: 2, next: null })
})
