import { createMetrics } from '../../src/base/metrics'
import { createServer, type WebServer } from '../../src/web'
import { quietLog } from '../support/parts'

const TOKEN = 'metrics-token-of-tests'
const failing = new Set<string>()
const check = (name: string) => () => {
  if (failing.has(name)) throw new Error(`${name} at 10.1.2.3 is away`)
}

/** The server of a worker process, with health routes only. */
async function start(checks = {}, metricsToken?: string): Promise<WebServer> {
  const config = { port: 0, host: '127.0.0.1', cookieSecure: false }
  const log = { ...quietLog, warn: () => undefined }
  const web = createServer({ config, metricsToken, log, metrics: createMetrics(), checks })
  await web.start()
  return web
}

test('a process is alive, and ready only while all parts are; the response names those that are not', async () => {
  const names = ['postgres', 'redis', 'migrations', 'bus', 'workers']
  const web = await start(Object.fromEntries(names.map(name => [name, check(name)])))
  expect(await (await fetch(`${web.url()}/healthz`)).json()).toEqual({ status: 'ok' })
  const ready = await fetch(`${web.url()}/readyz`)
  expect(ready.status).toBe(200)
  expect(await ready.json()).toEqual({ status: 'ok', checks: Object.fromEntries(names.map(name => [name, 'ok'])) })
  await web.stop(0)
})

test('a part that fails or hangs is named without details', async () => {
  failing.add('redis')
  const hang = () => new Promise<void>(() => undefined)
  const web = await start({ postgres: check('postgres'), redis: check('redis'), bus: hang })
  const answer = await fetch(`${web.url()}/readyz`)
  expect(answer.status).toBe(503)
  expect(await answer.json()).toEqual({
    status: 'unavailable',
    checks: { postgres: 'ok', redis: 'failed', bus: 'timeout' },
  })
  failing.clear()
  await web.stop(0)
})

test('concurrent requests share one check', async () => {
  const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now()) // results never get too old
  let asked = 0
  const web = await start({
    postgres() {
      asked += 1
    },
  })
  await Promise.all(Array.from({ length: 20 }, () => fetch(`${web.url()}/readyz`)))
  expect(asked).toBe(1)
  clock.mockRestore()
  await web.stop(0)
})

test('a draining process is alive but not ready', async () => {
  const web = await start({})
  web.drain()
  expect((await fetch(`${web.url()}/healthz`)).status).toBe(200)
  const answer = await fetch(`${web.url()}/readyz`)
  expect(answer.status).toBe(503)
  expect(await answer.json()).toMatchObject({ status: 'stopping' })
  await web.stop(0)
})

test('requests are measured by route pattern; unknown routes and methods add no labels', async () => {
  const web = await start()
  for (const path of ['/healthz', '/some/random/path', '/another?x=1']) await (await fetch(web.url() + path)).text()
  await (await fetch(`${web.url()}/healthz`, { method: 'PROPFIND' })).text()
  const text = await (await fetch(`${web.url()}/metrics`)).text()
  expect(text).toContain('http_request_duration_seconds_count{route="/healthz",method="GET",status="200"} 1')
  expect(text).toContain('http_request_duration_seconds_count{route="/healthz",method="other",status="405"} 1')
  expect(text).toContain('http_request_duration_seconds_count{route="none",method="GET",status="404"} 2')
  expect(text).not.toContain('random')
  await web.stop(0)
})

test('METRICS_TOKEN protects only the metrics', async () => {
  const web = await start({}, TOKEN)
  const ask = async (path: string, authorization?: string) =>
    (await fetch(web.url() + path, authorization ? { headers: { authorization } } : {})).status
  expect(await ask('/healthz')).toBe(200)
  expect(await ask('/metrics')).toBe(401)
  expect(await ask('/metrics', 'Bearer wrong')).toBe(401)
  expect(await ask('/metrics', `Bearer ${TOKEN}`)).toBe(200)
  await web.stop(0)
})
