import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { endpoint, ok } from '../../src/api'
import { createLog } from '../../src/base/log'
import { createMetrics } from '../../src/base/metrics'
import { z } from '../../src/base/parse'
import { createServer } from '../../src/web'
import { quietLog } from '../support/parts'
import { type Site, startSite } from './site'

const bare = (port: number, more = {}, log = quietLog) =>
  createServer({
    config: { port, host: '127.0.0.1', cookieSecure: false, ...more },
    metricsToken: undefined,
    log,
    metrics: createMetrics(),
    checks: {},
  })

const streaming = endpoint(
  { method: 'get', path: '/api/endless', role: 'anyone', summary: 'Never ends.', replies: { 200: z.string() } },
  async ({ res }) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    return undefined
  },
)
const whoAmI = endpoint(
  {
    method: 'get',
    path: '/api/ip',
    role: 'viewer',
    summary: "Returns the caller's address.",
    replies: { 200: z.object({ ip: z.string() }) },
  },
  async ({ req }) => ok({ ip: req.ip ?? '' }),
)

const logged = jest.fn()
let site: Site
beforeAll(async () => {
  site = await startSite({
    log: { ...quietLog, error: logged },
    endpoints: () => [streaming, whoAmI],
    config: { trustProxy: '127.0.0.1' },
    upgrades: {
      '/ws/echo': (_req, socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
        socket.pipe(socket)
      },
      '/ws/who': async req => {
        await site.access.authenticate(req)
      },
      '/ws/bug': () => {
        throw new TypeError('a secret detail')
      },
    },
  })
})
afterAll(() => site.stop())

describe('listening', () => {
  test.each([
    ['a port in use', {}, /PORT/],
    ['an address of another machine', { host: '192.0.2.1' }, /HOST/],
    ['a name without address', { host: 'nowhere.invalid' }, /HOST|EAI_AGAIN/],
  ])('%s: the error names the setting to change', async (_what, more, setting) => {
    const { port } = new URL(site.url)
    await expect(bare(Number(port), more).start()).rejects.toThrow(setting)
  })

  test('an invalid TRUST_PROXY is reported at once', () => {
    expect(() => bare(0, { trustProxy: 'nonsense' })).toThrow(/TRUST_PROXY/)
  })

  test('a server that never started can be stopped', async () => {
    await bare(0).stop()
  })
})

test('a forwarded address is only trusted from a trusted proxy, for requests and upgrades alike', async () => {
  const headers = { 'x-forwarded-for': '203.0.113.7, 198.51.100.9' }
  expect((await site.ask('GET', '/api/ip', { headers })).body.ip).toBe('198.51.100.9')
  const req = { headers, socket: { remoteAddress: '127.0.0.1' } }
  expect(site.web.clientIp(req as never)).toBe('198.51.100.9')
  expect(site.web.clientIp({ headers, socket: { remoteAddress: '192.0.2.4' } } as never)).toBe('192.0.2.4')
})

describe('upgrades', () => {
  async function upgrade(path: string, more = ''): Promise<{ socket: Socket; answer: string }> {
    const { port } = new URL(site.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${more}\r\n`)
    const [data] = await once(socket, 'data')
    return { socket, answer: String(data) }
  }

  test('are routed by path', async () => {
    const { socket, answer } = await upgrade('/ws/echo?a=1')
    expect(answer).toMatch(/^HTTP\/1.1 101 /)
    socket.write('hello')
    expect(String((await once(socket, 'data'))[0])).toBe('hello')
    socket.destroy()
  })

  test.each([
    ['/ws/nowhere', '', 404, 'not_found'],
    ['/__proto__', '', 404, 'not_found'],
    ['/ws/who', '', 401, 'not_signed_in'],
    ['/ws/who?token=x', '', 400, 'invalid_request'],
    ['/ws/echo?token=x', '', 400, 'invalid_request'],
    ['/ws/%ZZ', '', 404, 'not_found'],
    ['//[', '', 404, 'not_found'],
    ['/ws/bug', '', 500, 'internal_error'],
  ])('of %s are refused with a problem', async (path, more, status, code) => {
    const { answer } = await upgrade(path, more)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status, code })
    expect(answer).not.toContain('secret detail')
  })
})

describe('stopping', () => {
  test('closes idle connections at once and open streams at the deadline', async () => {
    const other = await startSite({ endpoints: () => [streaming] })
    const idle = await fetch(`${other.url}/healthz`)
    await idle.text()
    const stream = await fetch(`${other.url}/api/endless`)
    const reader = stream.body?.getReader()
    await reader?.read()
    await other.stop()
    await expect(reader?.read()).rejects.toThrow()
    await expect(fetch(`${other.url}/healthz`)).rejects.toThrow()
  })

  test('does not wait once all streams have ended', async () => {
    const web = bare(0)
    await web.start()
    await (await fetch(`${web.url()}/healthz`)).text()
    await web.stop(600_000)
  })
})

test('unauthenticated requests cause few and short log lines', async () => {
  const output = new PassThrough()
  const lines: string[] = []
  output.on('data', line => lines.push(String(line)))
  const web = bare(0, {}, createLog({ level: 'info', format: 'json', output }))
  await web.start()
  for (let i = 0; i < 100; i++) await (await fetch(`${web.url()}/${i}/${'x'.repeat(10_000)}`)).text()
  await web.stop(1_000)
  expect(lines).toHaveLength(20)
  expect(lines.join().length).toBeLessThan(20_000)
})

test('a request has one log line, with ids and without its query or secrets', async () => {
  const output = new PassThrough()
  const lines: string[] = []
  output.on('data', line => lines.push(String(line)))
  const web = bare(0, {}, createLog({ level: 'debug', format: 'json', output }))
  await web.start()
  const headers = {
    authorization: 'Bearer trt_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'x-request-id': 'my-request-1',
  }
  const { status } = await fetch(`${web.url()}/hidden?ticket=trk_secret&token=oops`, { headers })
  await web.stop(1_000)
  expect(status).toBe(400)
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    method: 'GET',
    path: '/hidden',
    status: 400,
    request_id: 'my-request-1',
    problem: 'invalid_request',
    duration_ms: expect.any(Number),
  })
  expect(lines.join()).not.toMatch(/trt_|trk_|oops/)
})
