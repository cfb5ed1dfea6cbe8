import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { endpoint } from '../../src/api'
import { z } from '../../src/base/parse'
import { answerClientErrors } from '../../src/web/client-errors'
import { latestResponses, listen } from '../../src/web/http-server'
import { type Site, startSite } from './site'

const endless = endpoint(
  { method: 'get', path: '/api/endless', role: 'anyone', summary: 'Never ends.', replies: { 200: z.string() } },
  async ({ res }) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    return undefined
  },
)

let site: Site
beforeAll(async () => {
  site = await startSite({ endpoints: () => [endless] })
})
afterAll(() => site.stop())

async function open(port = Number(new URL(site.url).port)): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

/** The response on a connection that is closed after it. */
async function answerOf(socket: Socket) {
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  expect(head).toMatch(/\r\nContent-Type: application\/problem\+json\r\n/)
  expect(head).toMatch(/\r\nConnection: close$/m)
  expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`)
  return { status: Number(head.split(' ')[1]), body: JSON.parse(body) }
}

test.each([
  ['too many headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ['an address that is too long', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, 'headers_too_large'],
  ['no HTTP', 'nonsense\r\n\r\n', 400, 'invalid_request'],
  ['an unknown version', 'POST /osquery/log HTTP/9.9\r\n\r\n', 400, 'invalid_request'],
  ['bytes of another protocol', '\0\0\0', 400, 'invalid_request'],
  [
    'two lengths',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n',
    400,
    'invalid_request',
  ],
  ['an expectation', 'POST / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n', 417, 'expectation_failed'],
  ['a header that is none', 'GET / HTTP/1.1\r\nHost: x\r\nno header\r\n\r\n', 400, 'invalid_request'],
])('%s: answered with a problem, and the connection is closed', async (_what, bytes, status, code) => {
  const socket = await open()
  socket.write(bytes)
  const answer = await answerOf(socket)
  expect(answer).toMatchObject({ status, body: { status, code, detail: expect.any(String) } })
  expect(answer.body.error).toBe(answer.body.detail) // the field that agents read
})

test('a request without a Host gets a problem with a body, unless it is HTTP/1.0', async () => {
  const asked = async (version: string) => {
    const socket = await open()
    socket.end(`GET /healthz HTTP/${version}\r\nConnection: close\r\n\r\n`)
    return text(socket)
  }
  expect(await asked('1.1')).toMatch(/^HTTP\/1\.1 400 .*\r\n\r\n\{.*"path":"header\.host".*\}$/s)
  expect(await asked('1.0')).toMatch(/^HTTP\/1\.1 200 /)
})

test('an unsupported expectation after another request does not affect its response, and leaves no connection open', async () => {
  const server = createServer((req, res) => void setImmediate(() => res.end(`answer to ${req.url}`)))
  answerClientErrors(server, latestResponses(server))
  await listen(server, 0, '127.0.0.1')
  const { port } = server.address() as { port: number }
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }) // never closes its side
  socket.write('GET /a HTTP/1.1\r\nHost: x\r\n\r\nPOST /b HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n')
  const statuses = [...(await text(socket)).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))
  expect(statuses).toEqual([200, 417])
  await new Promise(resolve => server.close(resolve)) // only once no connections are left
  socket.destroy()
})

test('headers that do not arrive in time: 408', async () => {
  const server = createServer({ headersTimeout: 50, requestTimeout: 50, connectionsCheckingInterval: 10 })
  answerClientErrors(server, latestResponses(server))
  await listen(server, 0, '127.0.0.1')
  const socket = await open((server.address() as { port: number }).port)
  socket.write('GET / HTTP/1.1\r\nHost:')
  expect(await answerOf(socket)).toMatchObject({ status: 408, body: { code: 'request_timeout' } })
  server.close()
})

test('nothing is written into a response that has started', async () => {
  const socket = await open()
  socket.write('GET /api/endless HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(socket, 'data')
  socket.write('nonsense\r\n\r\n')
  expect(await text(socket).catch(() => '')).toBe('')
})

test('a disconnected client gets no response', async () => {
  const socket = await open()
  socket.write('GET / HTTP/1.1\r\nHost:')
  socket.resetAndDestroy()
  expect((await fetch(`${site.url}/healthz`)).status).toBe(200)
})
