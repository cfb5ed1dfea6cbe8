import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import type { Mount } from '../../src/web'
import { identity } from '../support/certificates'
import { type Site, startSite } from './site'

const held: (() => void)[] = []
let onHeld: () => void
/** Echoes requests; `/echo/held` only when the test releases it. */
const echo: Mount = {
  path: '/echo',
  roles: 'anyone',
  async handler(req, res) {
    let text = ''
    for await (const chunk of req) text += chunk
    if (req.path === '/held') {
      const released = new Promise<void>(release => held.push(release))
      onHeld()
      await released
    }
    res.json({ method: req.method, url: req.originalUrl, text, upgrade: req.headers.upgrade ?? null })
  },
}

let folder: string
let site: Site
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tailrace-upgrade-'))
  const own = await identity({ name: 'a server', hosts: ['127.0.0.1'] })
  const tls = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  await writeFile(tls.cert, own.cert)
  await writeFile(tls.key, own.key)
  site = await startSite({
    mounts: [echo],
    config: { tls },
    upgrades: {
      '/ws/echo': (_req, socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
        socket.pipe(socket)
      },
    },
  })
})
afterAll(async () => {
  await site.stop()
  await rm(folder, { recursive: true })
})

/** What `curl --http2` and the JDK's HttpClient add to every request. */
const OFFER = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n'
const request = (line: string, body = '', more = OFFER) =>
  `${line} HTTP/1.1\r\nHost: x\r\n${more}${body && `Content-Length: ${body.length}\r\n`}\r\n${body}`

async function open(isTls: boolean): Promise<Socket> {
  const to = { port: Number(new URL(site.url).port), host: '127.0.0.1' }
  const socket = isTls ? connectTls({ ...to, rejectUnauthorized: false }) : connect(to)
  await once(socket, isTls ? 'secureConnect' : 'connect')
  return socket
}

/** Reads this many responses, each of which has a Content-Length. */
async function answers(socket: Socket, count: number): Promise<{ status: number; body: string }[]> {
  const found: { status: number; body: string }[] = []
  let text = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += chunk
    for (let end = endOf(text); end > 0 && text.length >= end; end = endOf(text)) {
      found.push({ status: Number(text.split(' ')[1]), body: text.slice(text.indexOf('\r\n\r\n') + 4, end) })
      text = text.slice(end)
    }
    if (found.length >= count) break
  }
  return found
}

function endOf(text: string): number {
  const head = text.indexOf('\r\n\r\n')
  return head < 0 ? -1 : head + 4 + Number(text.match(/content-length: (\d+)/i)?.[1] ?? 0)
}

describe.each([
  ['plain', false],
  ['over TLS', true],
])('an offer of h2c, %s', (_name, isTls) => {
  let socket: Socket
  beforeEach(async () => {
    socket = await open(isTls)
  })
  afterEach(() => socket.destroy())
  const urlsOf = (list: { body: string }[]) => list.map(({ body }) => JSON.parse(body).url)

  test('is ignored: the request is answered over HTTP/1.1, and so is the next one on the connection', async () => {
    for (const url of ['/echo/1', '/echo/2']) {
      socket.write(request(`GET ${url}`))
      const [answer] = await answers(socket, 1)
      expect(answer?.status).toBe(200)
      expect(JSON.parse(answer?.body ?? '')).toEqual({ method: 'GET', url, text: '', upgrade: null })
    }
  })

  test('is ignored on a request with a body, also if it arrives later or in chunks', async () => {
    socket.write(request('POST /echo/whole', 'abc'))
    expect(JSON.parse((await answers(socket, 1))[0]?.body ?? '').text).toBe('abc')
    socket.write(request('POST /echo/late', 'x'.repeat(100_000)).slice(0, -50_000))
    socket.write('x'.repeat(50_000))
    expect(JSON.parse((await answers(socket, 1))[0]?.body ?? '').text).toHaveLength(100_000)
    socket.write(request('POST /echo/chunks', '', `${OFFER}Transfer-Encoding: chunked\r\n`))
    socket.write('3\r\nabc\r\n0\r\n\r\n')
    expect(JSON.parse((await answers(socket, 1))[0]?.body ?? '').text).toBe('abc')
  })

  test('keeps pipelined requests in order, also after a slow response', async () => {
    const isHeld = new Promise<void>(resolve => {
      onHeld = resolve
    })
    socket.write(
      request('GET /echo/held', '', '') +
        request('POST /echo/2', 'abc') +
        request('GET /echo/3') +
        request('GET /echo/4', '', ''),
    )
    await isHeld
    held.pop()?.()
    expect(urlsOf(await answers(socket, 4))).toEqual(['/echo/held', '/echo/2', '/echo/3', '/echo/4'])
  })

  test('does not prevent a later WebSocket upgrade on the connection', async () => {
    socket.write(request('GET /echo/1'))
    await answers(socket, 1)
    socket.write('GET /ws/echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 101 /)
    socket.write('hello')
    expect(String((await once(socket, 'data'))[0])).toBe('hello')
  })
})

test('a body keeps its length however many headers there are', async () => {
  const socket = await open(false)
  const many = 'a:\r\n'.repeat(2_100)
  socket.write(request('POST /echo/1', request('GET /echo/smuggled'), OFFER + many) + request('GET /echo/2'))
  const [first, second] = await answers(socket, 2)
  expect(JSON.parse(first?.body ?? '').text).toContain('smuggled')
  expect(JSON.parse(second?.body ?? '').url).toBe('/echo/2')
  socket.destroy()
})
