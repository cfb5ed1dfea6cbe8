import { once } from 'node:events'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { programOf, run } from '../../deploy/programs'
import { appsOnFreshParts, type TestApp } from '../../support/app'
import { headersOf } from '../rows'

const promtool = programOf('promtool', 'prometheus')
let apps: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let web: HttpServer
/** Greets as an SSH server does. */
let ssh: Server
/** Accepts connections and never answers. */
let silent: Server
const held = new Set<Socket>()
beforeAll(async () => {
  apps = await appsOnFreshParts()
  app = await apps.start({ TAILRACE_ROLE: 'web' })
  web = createHttpServer((req, res) => {
    res.statusCode = req.url === '/post' && req.method !== 'POST' ? 405 : 200
    res.end('hello')
  })
  ssh = createServer(socket =>
    socket
      .on('error', () => undefined)
      .resume()
      .end('SSH-2.0-Test\r\n'),
  )
  silent = createServer(socket => {
    held.add(socket)
    socket
      .on('error', () => undefined)
      .on('close', () => held.delete(socket))
      .resume()
  })
  for (const server of [web, ssh, silent]) await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterAll(async () => {
  await apps?.stop()
  web.closeAllConnections()
  for (const socket of held) socket.destroy()
  for (const server of [web, ssh, silent]) await new Promise(done => server.close(done))
})

const at = (server: Server) => `127.0.0.1:${(server.address() as AddressInfo).port}`

interface Asked {
  headers?: Record<string, string>
  signal?: AbortSignal
}

async function probe(query: Record<string, string>, { headers = app.headers, signal }: Asked = {}) {
  const url = `${app.url}/probe?${new URLSearchParams(query)}`
  const response = await fetch(url, { headers, ...(signal && { signal }) })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

test('answers as blackbox_exporter does', async () => {
  const { status, text, headers } = await probe({ target: at(web) })
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  expect(text).toMatch(/^probe_success 1$/m)
  expect(text).toMatch(/^probe_duration_seconds 0\.\d+$/m)
  expect(text).toMatch(/^probe_http_status_code 200$/m)
  expect(text).toMatch(/^probe_http_uncompressed_body_length 5$/m)
  expect(text).toMatch(/^probe_http_duration_seconds\{phase="processing"\} 0\.\d+$/m)
  expect(text).toMatch(/^probe_ip_protocol 4$/m)
  if (promtool) expect(await run(promtool, ['check', 'metrics'], text)).toBe('')
})

test.each([
  ['http_2xx', () => `http://${at(web)}/post`, 0],
  ['http_post_2xx', () => `http://${at(web)}/post`, 1],
  ['tcp_connect', () => at(ssh), 1],
  ['ssh_banner', () => at(ssh), 1],
  ['pop3s_banner', () => at(ssh), 0],
  ['tls_connect', () => at(web), 0],
  ['tcp_connect', () => '127.0.0.1:1', 0],
])('module %s: success or not, the answer is 200', async (module, target, success) => {
  const { status, text } = await probe({ module, target: target() })
  expect([status, text]).toEqual([200, expect.stringMatching(new RegExp(`^probe_success ${success}$`, 'm'))])
})

test('gives up half a second before Prometheus does', async () => {
  const headers = { ...app.headers, 'x-prometheus-scrape-timeout-seconds': '0.8' }
  const { text } = await probe({ target: at(silent) }, { headers })
  expect(text).toMatch(/^probe_success 0$/m)
  const [, seconds] = /^probe_duration_seconds ([\d.]+)$/m.exec(text) ?? []
  expect(Number(seconds)).toBeGreaterThanOrEqual(0.29)
  const wrong = await probe(
    { target: at(web) },
    { headers: { ...headers, 'x-prometheus-scrape-timeout-seconds': 'x' } },
  )
  expect(wrong.status).toBe(400)
})

test.each([
  [{ module: 'nonesuch', target: 'x' }, /^module: Unknown module\. There are http_2xx, http_post_2xx,/],
  [{ module: 'http_2xx' }, /^target: Target parameter is missing\.\n$/],
  [{ target: 'http://[bad/' }, /^target: /],
  [{ module: 'tcp_connect', target: 'no-port' }, /^target: /],
])('refuses %p', async (query, message) => {
  const { status, text } = await probe(query as Record<string, string>)
  expect([status, text]).toEqual([400, expect.stringMatching(message)])
})

test('makes requests only for operators', async () => {
  const viewer = await headersOf(app.app.db, 'viewer')
  const refused = await probe({ target: at(web) }, { headers: viewer })
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('requires the role operator')])
  expect((await probe({ target: at(web) }, { headers: await headersOf(app.app.db, 'operator') })).status).toBe(200)
  expect((await probe({ target: at(web) }, { headers: {} })).status).toBe(401)
  expect((await probe({ target: at(web), access_token: app.token })).status).toBe(400)
})

test('debug=true shows the lines, the metrics and the settings', async () => {
  const { text, headers } = await probe({ target: at(web), debug: 'true' })
  expect(headers.get('content-type')).toBe('text/plain; charset=utf-8')
  for (const part of [
    'Logs for the probe:',
    'Metrics that would have been returned:',
    'Module configuration:',
    '\nprobe_success 1\n',
  ])
    expect(text).toContain(part)
  expect(text).toMatch(/^\d{4}-\S+Z info .*200/m)
})

test('a tenant has a hundred probes at a time; one that nobody waits for ends', async () => {
  const gone = new AbortController()
  const headers = { ...app.headers, 'x-prometheus-scrape-timeout-seconds': '120' }
  const waiting = Array.from({ length: 100 }, () =>
    probe({ module: 'http_2xx', target: at(silent) }, { headers, signal: gone.signal }).catch(() => undefined),
  )
  while (held.size < 100) await once(silent, 'connection')
  const refused = await probe({ target: at(web) })
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
  expect(refused.text).toMatch(/^100 probes of this tenant are running\./)
  const closed = Promise.all([...held].map(socket => once(socket, 'close')))
  gone.abort()
  await Promise.all([closed, ...waiting])
  expect((await probe({ target: at(web) })).status).toBe(200)
})
