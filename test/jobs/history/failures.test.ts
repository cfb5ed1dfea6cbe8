import { fingerprintOf, patternOf } from '../../../src/jobs/lifecycle/fingerprint'
import { appsOnFreshParts, type TestApp } from '../../support/app'
import { eventually } from '../node'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
})
afterAll(() => parts?.stop())

// biome-ignore lint/suspicious/noExplicitAny: tests read any JSON response
async function body(response: Response | Promise<Response>): Promise<any> {
  return (await response).json()
}

async function failing(count: number) {
  const input = { steps: [{ name: 'load', lines: 1, fail_rate: 1 }] }
  const made = await Promise.all(
    Array.from({ length: count }, () => body(app.post('/api/jobs', { kind: 'demo', input }))),
  )
  const ids: string[] = made.map(({ job }) => job.id)
  await eventually(async () => {
    const { items } = await body(app.get('/api/jobs?status=failed&limit=500'))
    return ids.every(id => items.some((job: { id: string }) => job.id === id))
  })
  return ids
}

test('messages that differ only in details share a pattern', () => {
  const pairs = [
    ['connect ECONNREFUSED 10.0.0.1:443', 'connect ECONNREFUSED 192.168.7.20:80'],
    ['No answer within 5000 ms', 'No answer within 250 ms'],
    ['Job 0192f0c1-7d3e-7abc-8def-0123456789ab is gone', 'Job 0192f0c1-7d3e-7abc-8def-ba9876543210 is gone'],
    ["Unexpected token 'a' at https://a.example/x?y=1", "Unexpected token 'b' at http://b.example:80/"],
    ['at 2026-01-01T10:00:00.000Z', 'at 2027-11-30T23:59:59Z'],
    ['commit 9f8e7d6c5b4a is missing', 'commit 01ab23cd45ef is missing'],
  ] as const
  for (const [one, other] of pairs) {
    expect(patternOf(one)).toBe(patternOf(other))
    expect(fingerprintOf('k', { code: 'c', message: one })).toBe(fingerprintOf('k', { code: 'c', message: other }))
  }
  expect(patternOf('decode failed')).not.toBe(patternOf('encode failed'))
  const message = 'same'
  expect(fingerprintOf('k', { code: 'c', message })).not.toBe(fingerprintOf('k', { code: 'd', message }))
  expect(fingerprintOf('k', { code: 'c', message })).not.toBe(fingerprintOf('l', { code: 'c', message }))
})

test('failed jobs are grouped by cause, which also selects them in lists and bulk actions', async () => {
  const ids = await failing(3)
  const { items } = await body(app.get('/api/failures'))
  expect(items).toHaveLength(1)
  expect(items[0]).toMatchObject({ kind: 'demo', queue: 'demo', count: 3, last_job_id: ids.toSorted().at(-1) })
  const { fingerprint } = items[0]
  expect((await body(app.get('/api/failures?kind=crawl'))).items).toEqual([])
  expect((await body(app.get(`/api/failures?since=2999-01-01T00:00:00Z`))).items).toEqual([])
  const listed = await body(app.get(`/api/jobs?fingerprint=${fingerprint}`))
  expect(listed.items.map(({ id }: { id: string }) => id).sort()).toEqual(ids.toSorted())
  expect((await app.get('/api/jobs?fingerprint=nonsense')).status).toBe(400)
  const action = { action: 'retry', filter: { fingerprint }, dry_run: true }
  expect(await body(app.post('/api/jobs/actions', action))).toMatchObject({ count: 3, skipped: {} })
})

test('bad results are grouped too, and the latest causes come first on request', async () => {
  const { job } = await body(app.post('/api/jobs', { kind: 'health-check', input: { url: 'http://127.0.0.1:9/' } }))
  const [latest] = await eventually(async () => {
    const { items } = await body(app.get('/api/failures?sort=recent'))
    return items[0]?.kind === 'health-check' && items
  })
  expect(latest).toMatchObject({ status: 'completed', code: 'bad_result', count: 1, last_job_id: job.id })
  const { items } = await body(app.get('/api/failures'))
  expect(items[0]).toMatchObject({ kind: 'demo', status: 'failed' })
  const filter = `status=completed&outcome=bad&fingerprint=${latest.fingerprint}`
  expect((await body(app.get(`/api/jobs?${filter}`))).items.map(({ id }: { id: string }) => id)).toEqual([job.id])
})

test('each queue has figures per minute and its workers', async () => {
  await failing(1)
  await app.app.jobs.timings.store()
  const all = await body(app.get('/api/queues/history?minutes=5'))
  expect(all.queues.demo.failed).toHaveLength(5)
  const sum = (counts: number[]) => counts.reduce((a, b) => a + b, 0)
  expect(sum(all.queues.demo.failed)).toBeGreaterThanOrEqual(1)
  const one = await body(app.get('/api/queues/history?minutes=5&queue=demo'))
  expect(Object.keys(one.queues)).toEqual(['demo'])
  expect(Math.max(...one.queues.demo.run_p95_ms)).toBeGreaterThan(0)
  const workers = await eventually(async () => {
    const { items } = await body(app.get('/api/workers'))
    return items?.length > 0 && items
  })
  expect(workers[0]).toMatchObject({ queues: expect.arrayContaining(['demo', 'checks']), running: expect.any(Number) })
})
