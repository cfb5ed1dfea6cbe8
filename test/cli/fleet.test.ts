import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AgentAnswer, createQuery, enrolled, hostIdOf, type OsqueryAgent } from '../fleet/osquery-agent'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { deadPort } from '../support/sites'
import { startNode } from '../system/node'
import { CommandLine, objectsIn, type Running } from './cli'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let cli: CommandLine
let agents: [OsqueryAgent, OsqueryAgent, OsqueryAgent]

beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
  cli = await CommandLine.install({ TAILRACE_URL: app.url, TAILRACE_TOKEN: app.token })
  agents = (await enrolled(app, 3, 'cli')) as typeof agents
})

afterAll(async () => {
  await parts.stop()
  await cli.remove()
})

/** Fetches an agent's next query and answers it. @returns the SQL */
async function answer(agent: OsqueryAgent, said: AgentAnswer): Promise<string> {
  const [[id, sql] = ['', '']] = Object.entries(await agent.next())
  await agent.write({ [id]: said })
  return sql
}

const values = (count: number, width = 0) =>
  Array.from({ length: count }, (_, no) => ({ no: String(no + 1), filler: 'x'.repeat(width) }))

/** Waits for the first message of a query. @returns the query's id */
async function queryId(running: Running): Promise<string> {
  await running.says(/Query [0-9a-f-]{36} targets/, 'stderr')
  const { items } = (await (await app.get('/api/queries?limit=1')).json()) as { items: { id: string }[] }
  return items[0]?.id ?? ''
}

describe('hosts', () => {
  test('lists hosts by name, filtered, as a table and as JSON', async () => {
    const { code, stdout, stderr } = await cli.run(['hosts', '--q', 'cli'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^HOST +STATUS +SEEN +ID +SYSTEM +OSQUERY/)
    expect(stdout.match(/^host-cli\d +online +now +[0-9a-f-]{36} +Ubuntu 24\.04 +5\.23\.1$/gm)).toHaveLength(3)
    const one = await cli.run(['hosts', '--status', 'online', '--platform', 'linux', '--limit', '1', '--json'])
    expect(objectsIn(one.stdout)).toMatchObject([{ hostname: 'host-cli1', status: 'online' }])
    expect(one.stderr).toContain('--limit')
    expect(await cli.run(['hosts', '--status', 'missing'])).toMatchObject({ code: 0, stdout: '' })
    expect((await cli.run(['hosts', '--status', 'asleep'])).code).toBe(2)
    expect((await cli.run(['hosts', '--label', 'nobody'])).stdout).toBe('')
  })
})

describe('query', () => {
  test('shows rows as hosts answer, and exits with 0 when all have answered', async () => {
    const [a, b, c] = agents
    const running = cli.start(['query', 'select name, version from os_version', '--all'])
    expect(await answer(a, { rows: [{ name: 'Ubuntu', version: '24.04' }] })).toBe(
      'select name, version from os_version',
    )
    await running.says(/^HOST +name +version\nhost-cli1 +Ubuntu +24\.04\n$/)
    await answer(b, { rows: [{ name: 'Ubuntu', version: '22.04' }] })
    await answer(c, { rows: [] })
    const { code, stdout, stderr } = await running.ended
    expect(code).toBe(0)
    expect(stdout).toBe('HOST       name    version\nhost-cli1  Ubuntu  24.04\nhost-cli2  Ubuntu  22.04\n')
    expect(stderr).toMatch(/^Query [0-9a-f-]{36} targets 3 hosts\.$/m)
    expect(stderr).toMatch(/ended after .*: 3 of 3 hosts answered \(2 with rows, 1 without\), 2 rows\.$/m)
  })

  test('exits with 6 if hosts failed or did not answer, and names them', async () => {
    const [a, b] = agents
    const running = cli.start(['query', 'select 1', '--platform', 'ubuntu', '--deadline', '300', '--json'])
    await Promise.all([
      answer(a, { rows: [{ '1': '1' }] }),
      answer(b, { rows: [], status: 1, message: 'no such table: nope' }),
    ])
    await app.app
      .db('queries')
      .where({ id: await queryId(running) })
      .update({ deadline_at: new Date() })
    const { code, stdout, stderr } = await running.ended
    expect(code).toBe(6)
    expect(stderr).toMatch(/^host-cli2: failed: no such table: nope$/m)
    expect(stderr).toMatch(/^host-cli3: offline$/m)
    const events = objectsIn(stdout)
    expect(events[0]).toMatchObject({ event: 'query', sql: 'select 1', status: 'running' })
    expect(events).toContainEqual(expect.objectContaining({ event: 'row', hostname: 'host-cli1', row: { '1': '1' } }))
    expect(
      events
        .filter(({ event }) => event === 'host')
        .map(({ hostname, state }) => `${hostname} ${state}`)
        .sort(),
    ).toEqual(['host-cli1 completed', 'host-cli2 failed', 'host-cli3 offline'])
    expect(events.at(-1)).toMatchObject({ event: 'query', status: 'completed', counts: { offline: 1, failed: 1 } })
  })

  test('shows every row once and in order, even if only the first rows are sent live', async () => {
    const [a, b, c] = agents
    const running = cli.start(['query', 'select * from t', '--all', '--format', 'ndjson'])
    await answer(a, { rows: values(5_000, 50) })
    await Promise.all([answer(b, { rows: values(3, 40_000) }), answer(c, { rows: values(2) })])
    const { code, stdout } = await running.ended
    expect(code).toBe(0)
    const rows = objectsIn(stdout) as { hostname: string; row: { no: string; filler: string } }[]
    const of = (name: string) => rows.filter(({ hostname }) => hostname === name).map(({ row }) => row)
    expect(of('host-cli1')).toEqual(values(5_000, 50))
    expect(of('host-cli2')).toEqual(values(3, 40_000))
    expect(of('host-cli3')).toEqual(values(2))
  })

  test('csv has the columns of all hosts; json is one array', async () => {
    const [a, b, c] = agents
    const csv = cli.start(['query', 'select * from t', '--all', '--format', 'csv'])
    await answer(a, { rows: [{ pid: '1', name: 'a,b' }] })
    await answer(b, { rows: [{ pid: '2', name: 'c', cgroup: '/x' }] })
    await answer(c, { rows: [] })
    const { code, stdout } = await csv.ended
    expect(code).toBe(0)
    const [head, ...records] = stdout.trim().split(/\r?\n/)
    expect(head).toBe('host_id,host_identifier,hostname,pid,name,cgroup')
    expect(records.map(record => record.slice(37)).sort()).toEqual(['cli1,host-cli1,1,"a,b",', 'cli2,host-cli2,2,c,/x'])
    const json = cli.start(['query', 'select * from t', '--host', 'cli1', '--format', 'json'])
    await answer(a, { rows: values(2) })
    expect(JSON.parse((await json.ended).stdout)).toEqual(
      values(2).map(row => ({ host_id: expect.any(String), host_identifier: 'cli1', hostname: 'host-cli1', row })),
    )
  })

  test('rows with different columns start a new table header; control characters do not reach the terminal', async () => {
    const [a, b] = agents
    const running = cli.start(['query', 'select * from t', '--host', 'cli1', '--host', 'cli2'])
    await answer(a, { rows: [{ pid: '1' }] })
    await running.says(/host-cli1 +1\n/)
    await answer(b, { rows: [{ pid: '2', note: 'red\x1b[31m\nline' }] })
    expect((await running.ended).stdout).toBe(
      'HOST       pid\nhost-cli1  1\n\nHOST       pid  note\nhost-cli2  2    red line\n',
    )
  })

  test('accepts hosts by id, identifier and name, and queries each once', async () => {
    const [a] = agents
    const id = await hostIdOf(app, a)
    const named = ['--host', id, '--host', 'cli1', '--host', 'HOST-CLI1']
    const running = cli.start(['query', '-', ...named])
    running.process.stdin.end('select 2')
    expect(await answer(a, { rows: [] })).toBe('select 2')
    expect(await running.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('1 of 1 host answered') })
  })

  test('refuses invalid targets and SQL with a reason', async () => {
    const code = async (...args: string[]) => (await cli.run(['query', ...args])).code
    expect(await code('select 1')).toBe(2)
    expect(await code('--all')).toBe(2)
    expect(await code('select 1', '--all', '--saved', 'x')).toBe(2)
    expect(await code('select 1', '--all', '--format', 'xml')).toBe(2)
    expect(await code('select 1', '--all', '--deadline', 'soon')).toBe(2)
    expect(await code('select 1', '--label', 'nobody')).toBe(2)
    expect(await code('@/nowhere.sql', '--all')).toBe(2)
    expect(await code('select 1', '--host', 'nobody')).toBe(4)
    expect(await code('--saved', 'nothing', '--all')).toBe(4)
    await app.app.db('hosts').where('host_identifier', 'cli3').update({ hostname: 'host-cli2' })
    const { code: ambiguous, stderr } = await cli.run(['query', 'select 1', '--host', 'host-cli2'])
    await app.app.db('hosts').where('host_identifier', 'cli3').update({ hostname: 'host-cli3' })
    expect({ ambiguous, stderr }).toEqual({
      ambiguous: 2,
      stderr: expect.stringMatching(/2 hosts are called "host-cli2"[\s\S]*cli3/),
    })
  })

  test('runs a saved query on its platforms, and SQL from a file', async () => {
    await app.post('/api/saved-queries', { name: 'Uptime', sql: 'select days from uptime', platforms: ['ubuntu'] })
    const saved = cli.start(['query', '--saved', 'uptime'])
    for (const agent of agents) expect(await answer(agent, { rows: [] })).toBe('select days from uptime')
    expect((await saved.ended).code).toBe(0)
    const file = join(cli.folder, 'question.sql')
    await writeFile(file, 'select 3')
    const running = cli.start(['query', `@${file}`, '--host', 'cli1'])
    expect(await answer(agents[0], { rows: [] })).toBe('select 3')
    expect((await running.ended).code).toBe(0)
  })
})

describe('a query that continues without the command', () => {
  test('--detach prints the id; results shows existing and new rows', async () => {
    const [a, b] = agents
    const { code, stdout } = await cli.run(['query', 'select 4', '--host', 'cli1', '--host', 'cli2', '--detach'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^[0-9a-f-]{36}\n$/)
    await answer(a, { rows: [{ '4': '4' }] })
    const results = cli.start(['results', stdout.trim()])
    await results.says(/host-cli1 +4/)
    await answer(b, { rows: [{ '4': '5' }] })
    const ended = await results.ended
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/host-cli2 +5\n$/) })
    expect((await cli.run(['results', stdout.trim()])).stdout.split('\n').sort()).toEqual(
      ended.stdout.split('\n').sort(),
    )
    expect((await cli.run(['results', '01990000-0000-7000-8000-000000000000'])).code).toBe(4)
  })

  test('Ctrl-C leaves it running and says how to stop it; results exits with 1 when it is stopped', async () => {
    const running = cli.start(['query', 'select 5', '--all'])
    const id = await queryId(running)
    running.process.kill('SIGINT')
    const { code, stderr } = await running.ended
    expect(code).toBe(130)
    expect(stderr).toContain(`tailrace cancel ${id}`)
    const again = cli.start(['results', id])
    await queryId(again)
    expect((await cli.run(['cancel', id, '--reason', 'seen'])).code).toBe(0)
    expect(await again.ended).toMatchObject({ code: 1, stderr: expect.stringContaining('was stopped') })
  })

  test('after the server is killed and restarted, no row is missing or repeated', async () => {
    const { databaseUrl, redisUrl, prefix } = parts.where
    const PORT = String(await deadPort())
    const env = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, REDIS_PREFIX: prefix, PORT }
    const first = await startNode('web', app.token, env)
    const [a, b, c] = agents
    const query = await createQuery(app, { sql: 'select 6', targets: { all: true }, deadline_seconds: 300 })
    const running = cli.start(['results', query.id, '--format', 'ndjson', '--url', `http://127.0.0.1:${PORT}`])
    await answer(a, { rows: values(3) })
    await running.says(/host-cli1/)
    await first.kill()
    await answer(b, { rows: values(700, 100) })
    await running.says(/Trying again in/, 'stderr')
    const second = await startNode('web', app.token, env)
    await running.says(/host-cli2/)
    await answer(c, { rows: values(1) })
    const { code, stdout } = await running.ended
    await second.stop()
    expect(code).toBe(0)
    const rows = objectsIn(stdout) as { hostname: string; row: unknown }[]
    const of = (name: string) => rows.filter(({ hostname }) => hostname === name).map(({ row }) => row)
    expect([of('host-cli1'), of('host-cli2'), of('host-cli3')]).toEqual([values(3), values(700, 100), values(1)])
  })
})
