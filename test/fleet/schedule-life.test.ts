import { gzipSync } from 'node:zlib'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { enrolled, hostIdOf, type OsqueryAgent } from './osquery-agent'
import { RELAXED_PACK } from './packs'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let other: TestApp
let agent: OsqueryAgent
let host: string
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
  other = await parts.start({ TAILRACE_ROLE: 'web' })
  ;[agent] = (await enrolled(app, 1)) as [OsqueryAgent]
  host = await hostIdOf(app, agent)
})
afterAll(() => parts.stop())

const json = async <T>(answer: Promise<Response>) => (await (await answer).json()) as T
const items = async (path: string) => (await json<{ items: Record<string, unknown>[] }>(app.get(path))).items

/** The four result formats, as agents send them. */
const shapes = (unixTime: number) => [
  { name: 'event', unixTime, counter: '1', columns: { pid: '41' }, action: 'added', decorations: { hostname: 'h1' } },
  { name: 'batch', unixTime, diffResults: { added: [{ pid: '42' }], removed: [{ pid: '43' }, { pid: '44' }] } },
  { name: 'snapshot', unixTime, snapshot: [{ days: '3' }, { days: '4' }], action: 'snapshot' },
  { name: 'row', unixTime, columns: { id: '9223372036854775807' }, action: 'snapshot' },
]

test('a pack reaches the agent with its next configuration, and its results are stored once', async () => {
  const pack = await app.post('/api/packs/import', {
    name: 'base',
    content: RELAXED_PACK.replace('windows,darwin', 'ubuntu,centos'),
  })
  expect(pack.status).toBe(201)
  const config = await agent.post<Record<string, Record<string, unknown>>>('config', { node_key: agent.nodeKey })
  expect(config).toMatchObject({
    options: { disable_distributed: false, distributed_interval: 1 },
    packs: { base: { queries: { users: { interval: 3_600, snapshot: true }, up: { interval: 60, removed: false } } } },
    node_invalid: false,
  })
  const data = shapes(1_788_256_800)
  const log = { node_key: agent.nodeKey, log_type: 'result' }
  expect(await agent.post('log', { ...log, data })).toEqual({})
  const more = [...data, ...shapes(1_788_256_900).slice(0, 1)]
  const compressed = await fetch(`${other.url}/osquery/log`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: gzipSync(JSON.stringify({ ...log, data: more })),
  })
  expect(await compressed.json()).toEqual({})
  const found = await items(`/api/hosts/${host}/scheduled`)
  expect(found.map(({ name, action, columns }) => [name, action, columns]).reverse()).toEqual([
    ['event', 'added', { pid: '41' }],
    ['batch', 'removed', { pid: '43' }],
    ['batch', 'removed', { pid: '44' }],
    ['batch', 'added', { pid: '42' }],
    ['snapshot', 'snapshot', { days: '3' }],
    ['snapshot', 'snapshot', { days: '4' }],
    ['row', 'snapshot', { id: '9223372036854775807' }],
    ['event', 'added', { pid: '41' }],
  ])
  expect((await items(`/api/hosts/${host}/scheduled/names`)).map(({ name }) => name)).toEqual([
    'batch',
    'event',
    'row',
    'snapshot',
  ])
})

test("osqueryd's own lines are in the host's log", async () => {
  const data = [
    { severity: '1', filename: 'tls.cpp', line: '254', message: 'slow', version: '5.23.1', unixTime: '1788256800' },
    { severity: 2, filename: 'tls.cpp', line: 255, message: 'gone', version: '5.23.1', unixTime: 1_788_256_800 },
  ]
  expect(await agent.post('log', { node_key: agent.nodeKey, log_type: 'status', data })).toEqual({})
  const lines = await items(`/api/hosts/${host}/logs`)
  expect(lines.map(({ line, level, message, source }) => [line, level, message, source])).toEqual([
    [1, 'warn', 'tls.cpp:254 slow', 'osqueryd'],
    [2, 'error', 'tls.cpp:255 gone', 'osqueryd'],
  ])
})
