import { startWorld, type World } from './world'

let world: World
beforeAll(async () => {
  world = await startWorld({ TAILRACE_ROLE: 'web' })
})
afterAll(() => world.stop())

/** A push monitor, to which checks are told. */
async function pushed(name: string, labels: Record<string, string> = {}) {
  const { id, push_url = '' } = await world.monitor({ name, type: 'push', interval_seconds: 3_600, labels })
  return { id, beat: async (path = '') => expect((await fetch(push_url + path)).status).toBe(200) }
}

async function rule(fields: Record<string, unknown>) {
  const { status, body } = await world.send('POST', '/api/rules', fields)
  expect(status).toBe(201)
  return body
}

const firing = async (alertname: string) => {
  const { body } = await world.send('GET', `/api/alerts?filter=${encodeURIComponent(`alertname="${alertname}"`)}`)
  return body.items.map(({ labels }: { labels: Record<string, string> }) => labels)
}

test('a tenant has a rule for three failures in a row, which counts heartbeats that report failures', async () => {
  const { body } = await world.send('GET', '/api/rules')
  expect(body.items).toMatchObject([
    { name: 'MonitorDown', type: 'consecutive_failures', threshold: 3, enabled: true, firing: 0 },
  ])
  const job = await pushed('backup', { team: 'db' })
  for (const path of ['/1', '/fail', '', '/fail', '/2']) await job.beat(path)
  expect(await firing('MonitorDown')).toEqual([])
  await job.beat('?status=down&msg=disk%20full')
  expect(await firing('MonitorDown')).toEqual([
    { alertname: 'MonitorDown', severity: 'critical', monitor: 'backup', monitor_id: job.id, team: 'db' },
  ])
  await world.send('PATCH', `/api/monitors/${job.id}`, { name: 'nightly backup', labels: { team: 'storage' } })
  expect(await firing('MonitorDown')).toMatchObject([{ monitor: 'nightly backup', team: 'storage' }])
  await job.beat()
  expect(await firing('MonitorDown')).toEqual([])
})

test('latency is judged by a percentile over a window, once the window has a few checks', async () => {
  const job = await pushed('slow')
  await rule({
    name: 'Slow',
    type: 'latency_over',
    threshold: 500,
    window_seconds: 600,
    percentile: 50,
    monitors: { ids: [job.id] },
    severity: 'warning',
  })
  await job.beat('?ping=900')
  expect(await firing('Slow')).toMatchObject([{ monitor: 'slow', severity: 'warning' }]) // the interval is longer than the window
  await job.beat('?ping=100')
  await job.beat('?ping=100')
  expect(await firing('Slow')).toEqual([])
})

test('an error rate counts failures in percent', async () => {
  const job = await pushed('flaky', { tier: 'gold' })
  await rule({
    name: 'Flaky',
    type: 'error_rate',
    threshold: 50,
    window_seconds: 3_600,
    monitors: { labels: { tier: 'gold' } },
  })
  await job.beat()
  await job.beat('/fail')
  expect(await firing('Flaky')).toMatchObject([{ monitor: 'flaky' }])
  await job.beat()
  expect(await firing('Flaky')).toEqual([])
})

test('what no longer is watched is resolved: the rule off, deleted, the monitor paused or deleted', async () => {
  const job = await pushed('odd')
  const { id } = await rule({ name: 'Once', type: 'consecutive_failures', threshold: 1, monitors: { ids: [job.id] } })
  const fires = async () => (await firing('Once')).length + (await firing('Renamed')).length
  await job.beat('/fail')
  expect(await fires()).toBe(1)
  await world.send('PATCH', `/api/rules/${id}`, { name: 'Renamed', severity: 'info' })
  expect(await firing('Renamed')).toMatchObject([{ severity: 'info' }])
  await world.send('PATCH', `/api/rules/${id}`, { enabled: false })
  expect(await fires()).toBe(0)
  await world.send('PATCH', `/api/rules/${id}`, { enabled: true })
  await job.beat('/fail')
  expect(await fires()).toBe(1)
  await world.send('POST', `/api/monitors/${job.id}/pause`)
  expect(await fires()).toBe(0)
  await job.beat('/fail')
  expect(await fires()).toBe(0)
  await world.send('POST', `/api/monitors/${job.id}/resume`)
  await job.beat('/fail')
  expect(await fires()).toBe(1)
  expect((await world.send('DELETE', `/api/monitors/${job.id}`)).status).toBe(204)
  expect(await fires()).toBe(0)
  expect((await world.send('DELETE', `/api/rules/${id}`)).status).toBe(204)
})

test('the rule that a tenant deleted does not come back', async () => {
  const { body } = await world.send('GET', '/api/rules')
  const first = body.items.find(({ name }: { name: string }) => name === 'MonitorDown')
  await world.send('DELETE', `/api/rules/${first.id}`)
  await pushed('another')
  const after = (await world.send('GET', '/api/rules')).body.items.map(({ name }: { name: string }) => name)
  expect(after).not.toContain('MonitorDown')
})

test('some types have a usual threshold, others need one', async () => {
  expect(await rule({ name: 'Expiring', type: 'tls_expiry' })).toMatchObject({ threshold: 30, monitors: { all: true } })
  const { status, body } = await world.send('POST', '/api/rules', { name: 'Rate', type: 'error_rate' })
  expect([status, body.errors?.[0].path]).toEqual([400, 'body.threshold'])
})

test('faults are named', async () => {
  const bad = await world.send('POST', '/api/rules', { name: '', type: 'latency_over', threshold: -1, monitors: {} })
  expect(bad.status).toBe(400)
  expect(bad.body.errors.map(({ path }: { path: string }) => path)).toEqual([
    'body.name',
    'body.monitors',
    'body.threshold',
  ])
  const taken = await world.send('POST', '/api/rules', { name: 'Flaky', type: 'consecutive_failures', threshold: 1 })
  expect(taken).toMatchObject({ status: 409, body: { code: 'name_taken' } })
})
