import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../src/base/root'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { programOf, run, testWith } from './programs'

const promtool = programOf('promtool', 'prometheus')
const prometheus = programOf('prometheus', 'prometheus')
const at = (path: string) => join(ROOT, path)
const ALERTS = at('deploy/prometheus/alerts.yml')

/** The metrics that the contract promises for existing parts, with types. */
const PROMISED: Record<string, string> = {
  bullmq_jobs: 'gauge',
  bullmq_job_completed_total: 'counter',
  bullmq_job_failed_total: 'counter',
  bullmq_job_wait_seconds: 'histogram',
  bullmq_job_run_seconds: 'histogram',
  bullmq_queue_oldest_waiting_seconds: 'gauge',
  bullmq_scheduler_overdue_seconds: 'gauge',
  tailrace_stream_connections: 'gauge',
  tailrace_stream_publish_to_write_seconds: 'histogram',
  tailrace_stream_entries_total: 'counter',
  tailrace_stream_encodes_total: 'counter',
  tailrace_stream_writes_total: 'counter',
  tailrace_stream_resumes_total: 'counter',
  tailrace_stream_gaps_total: 'counter',
  tailrace_stream_closed_total: 'counter',
  tailrace_stream_append_seconds: 'histogram',
  tailrace_hosts: 'gauge',
  tailrace_held_reads: 'gauge',
  tailrace_query_results_total: 'counter',
  tailrace_retention_deleted_total: 'counter',
  tailrace_retention_lag_seconds: 'gauge',
  http_request_duration_seconds: 'histogram',
}

let apps: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
beforeAll(async () => {
  apps = await appsOnFreshParts()
  app = await apps.start({ DATABASE_POOL: '30' }) // one test blocks everything that uses the history
  await runDemo()
})
afterAll(() => apps?.stop())

async function runDemo() {
  const response = await app.post('/api/jobs', { kind: 'demo', input: { steps: [{ name: 'load', lines: 5 }] } })
  const { job } = JSON.parse(await response.text())
  const stream = await app.get(`/api/jobs/${job.id}/logs/stream`)
  await stream.text() // it ends with the job
}

const scrape = async () => (await fetch(`${app.url}/metrics`)).text()

test('every promised metric exists with its type', async () => {
  const types = Object.fromEntries([...(await scrape()).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, ...pair]) => pair))
  expect(types).toMatchObject(PROMISED)
})

test('no label contains a job, a tenant or an address', async () => {
  const text = await scrape()
  expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/)
  expect(text).toContain('bullmq_job_completed_total{queue="demo"} 1')
  // without an initial 0 the alert would miss the first one
  expect(text).toContain('tailrace_query_results_total{status="refused"} 0')
})

test('a scrape reads no history tables, and nothing from Redis that grows', async () => {
  const { db, jobs } = app.app
  const { client } = jobs.engine
  const prefix = jobs.engine.prefixOf('').slice(0, -1)
  const monitor = await (client as Extract<typeof client, { monitor: unknown }>).monitor()
  const asked = new Set<string>()
  monitor.on('monitor', (_time: string, [command = '', ...rest]: string[]) => {
    const [key = ''] = rest.filter(each => each.startsWith(prefix))
    // they grow with schedules, and with the crawls that run, which workers look for each second
    const isSmall = key.endsWith(':schedules:repeat') || key.endsWith(':crawls}:active')
    if (key && !isSmall) asked.add(command.toLowerCase())
  })
  const history: { name: string }[] = await db('pg_tables')
    .select({ name: 'tablename' })
    .where({ schemaname: 'public' })
    .whereRaw(`tablename ~ '^(jobs|job_attempts|audit_log|stream_chunks)'`)
  expect(history.length).toBeGreaterThan(3)
  await db.transaction(async trx => {
    for (const { name } of history) await trx.raw('LOCK TABLE ?? IN ACCESS EXCLUSIVE MODE', [name])
    const hasAsked = async () => (await scrape()).includes('bullmq_jobs{queue="demo"') && asked.has('zcard')
    await eventually(hasAsked, 'the queues are read again') // results are cached for a second
  })
  monitor.disconnect()
  const cheap = [
    'hmget',
    'hget',
    'hexists',
    'llen',
    'zcard',
    'lindex',
    'zrange',
    'evalsha',
    'eval',
    'zscore',
    'hgetall',
  ]
  expect([...asked].filter(command => !cheap.includes(command))).toEqual([])
})

testWith(promtool)('promtool has nothing to say against them', async () => {
  expect(await run(promtool ?? '', ['check', 'metrics'], await scrape())).toBe('')
})

testWith(promtool)('the alert rules fire on their faults and are silent otherwise', async () => {
  await run(promtool ?? '', ['check', 'config', at('deploy/prometheus/prometheus.yml')])
  expect(await run(promtool ?? '', ['check', 'rules', ALERTS])).toContain('SUCCESS')
  expect(await run(promtool ?? '', ['test', 'rules', at('test/deploy/alerts.yml')])).toContain('SUCCESS')
})

test('every alert is in its test and in the operations guide', () => {
  const names = [...readFileSync(ALERTS, 'utf8').matchAll(/alert: (\w+)/g)].map(([, name]) => String(name))
  const tests = readFileSync(at('test/deploy/alerts.yml'), 'utf8')
  const guide = readFileSync(at('docs/operations.md'), 'utf8')
  expect(names.length).toBeGreaterThan(10)
  expect(names.filter(name => !tests.includes(name))).toEqual([])
  expect(names.filter(name => !guide.includes(`### ${name}`))).toEqual([])
})

test('dashboard and alerts only use existing metrics', async () => {
  const text = await scrape()
  const asked = [ALERTS, at('deploy/grafana/tailrace.json')].map(file => readFileSync(file, 'utf8')).join('\n')
  const names = new Set(asked.match(/\b(?:bullmq|tailrace|http|nodejs|process)_[a-z0-9_]+\b/g))
  const missing = [...names].filter(
    name => !new RegExp(`^# TYPE ${name.replace(/_(bucket|count|sum)$/, '')} `, 'm').test(text),
  )
  expect(missing).toEqual([])
})

testWith(prometheus)('a real Prometheus scrapes it and can answer every question of the dashboard', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-prometheus-'))
  const port = await freePort()
  const target = new URL(app.url).host
  await writeFile(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: ['${ALERTS}']
scrape_configs: [{ job_name: tailrace-web, static_configs: [{ targets: ['${target}'] }] }]
`,
  )
  const options = ['--config.file', join(folder, 'prometheus.yml'), '--storage.tsdb.path', join(folder, 'data')]
  const child = spawn(prometheus ?? '', [...options, '--web.listen-address', `127.0.0.1:${port}`], { stdio: 'ignore' })
  try {
    const ask = async (expr: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expr)}`)
      return JSON.parse(await response.text())
    }
    const isUp = async () => (await ask('up == 1').catch(() => ({}))).data?.result?.length === 1
    await eventually(isUp, 'Prometheus has scraped')
    for (const expr of expressions()) expect(await ask(expr)).toMatchObject({ status: 'success' })
    const found = await ask('sum by (queue) (bullmq_jobs{queue="demo",state="completed"})')
    expect(found.data.result).toMatchObject([{ metric: { queue: 'demo' }, value: [expect.anything(), '1'] }])
    expect((await ask('ALERTS{alertstate="firing"}')).data.result).toEqual([])
  } finally {
    child.kill()
    await once(child, 'exit')
    await rm(folder, { recursive: true })
  }
})

function expressions(): string[] {
  const { panels } = JSON.parse(readFileSync(at('deploy/grafana/tailrace.json'), 'utf8'))
  const targets = panels.flatMap((panel: { targets?: { expr: string }[] }) => panel.targets ?? [])
  return targets.map(({ expr }: { expr: string }) => expr.replaceAll('$__rate_interval', '1m'))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}
