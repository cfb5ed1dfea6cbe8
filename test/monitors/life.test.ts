import { startTarget, type Target } from '../alerts/target'
import { eventually } from '../support/programs'
import { type Site, startSite, startWorld, type World } from './world'

let world: World
let site: Site
let hook: Target
beforeAll(async () => {
  world = await startWorld()
  site = await startSite()
  hook = await startTarget()
  const receiver = { name: 'hook', type: 'webhook', settings: { url: hook.url } }
  expect((await world.send('POST', '/api/receivers', receiver)).status).toBe(201)
  const route = {
    receiver: 'hook',
    group_by: ['alertname', 'monitor'],
    group_wait_seconds: 0,
    group_interval_seconds: 1,
  }
  expect((await world.send('PUT', '/api/alert-routes', { route })).status).toBe(200)
})
afterAll(async () => {
  await hook?.stop()
  await site?.close()
  await world.stop()
})

test('a monitor is checked on its schedule, goes down with its server, opens an incident, and recovers', async () => {
  const monitor = await world.monitor({
    name: 'home',
    type: 'http',
    target: site.url,
    interval_seconds: 1,
    labels: { team: 'web' },
  })
  expect(monitor).toMatchObject({ status: 'pending', last_check: null, interval_seconds: 1, timeout_ms: 10_000 })
  await world.events.until(() => world.told('monitor_check', monitor.id).length >= 2)
  expect(world.told('monitor_status', monitor.id)).toMatchObject([
    { status: 'pending' },
    { status: 'up', previous: 'pending' },
  ])
  expect(world.told('monitor_check', monitor.id)[0]).toMatchObject({
    success: true,
    status_code: 200,
    error_message: null,
  })
  await site.close()
  await world.events.until(() => world.events.named('incident_created').length > 0)
  expect(world.told('monitor_status', monitor.id).at(-1)).toMatchObject({ status: 'down', previous: 'up' })
  expect(world.told('incident_created', monitor.id)).toMatchObject([
    { rule_name: 'MonitorDown', trigger_value: '3', severity: 'critical', labels: { team: 'web', monitor: 'home' } },
  ])
  await eventually(() => hook.received.length > 0, 'the webhook')
  await site.open()
  await world.events.until(() => world.events.named('incident_resolved').length > 0)
  const { body } = await world.send('GET', `/api/monitors/${monitor.id}`)
  expect(body).toMatchObject({
    status: 'up',
    failures: 0,
    last_check: { status: 'up', status_code: 200, by: 'schedule' },
  })
  const uptime = (await world.send('GET', `/api/monitors/${monitor.id}/uptime?window=24h`)).body
  expect(uptime.outages).toMatchObject([{ error: expect.stringContaining('refused') }])
  expect(uptime.uptime_percent).toBeGreaterThan(0)
  expect(uptime.uptime_percent).toBeLessThan(100)
  const latency = (await world.send('GET', `/api/monitors/${monitor.id}/latency`)).body
  expect(latency.p95).toBeGreaterThan(0)
  const checks = (await world.send('GET', `/api/monitors/${monitor.id}/checks?status=down&limit=2`)).body
  expect(checks.items).toHaveLength(2)
  expect(checks.items[0]).toMatchObject({ status: 'down', error: { code: 'connection_refused' } })
})
