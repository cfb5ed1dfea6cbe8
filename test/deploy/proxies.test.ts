import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { SseReader } from '../support/sse'
import { newJobTopic } from '../support/streams'
import { programOf, testWith } from './programs'
import { freePort, PROXIES, type ProxyName, type RunningProxy, startProxy } from './proxies'

// biome-ignore lint/suspicious/noExplicitAny: any JSON response
type Json = any

const CALLS = ['enroll', 'config', 'log', 'logger', 'distributed_read', 'distributed_write']
const CARVES = ['carve_init', 'carve_block']

let apps: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let secret: string
beforeAll(async () => {
  apps = await appsOnFreshParts()
  app = await apps.start({ TRUST_PROXY: 'loopback' })
  secret = ((await (await app.post('/api/enroll-secrets', { name: 'proxied' })).json()) as Json).secret
})
afterAll(() => apps.stop())

const post = (proxy: RunningProxy | undefined, path: string, body: object = {}) =>
  fetch(`${proxy?.url}/osquery/${path}`, { method: 'POST', body: JSON.stringify(body) })
const asAgent = async (proxy: RunningProxy | undefined, path: string, body: object): Promise<Json> =>
  (await post(proxy, path, body)).json()

describe.each(PROXIES)('behind %s', (name: ProxyName) => {
  const program = programOf(name, name)
  const check = testWith(program)
  let proxy: RunningProxy | undefined
  beforeAll(async () => {
    if (program) proxy = await startProxy(name, new URL(app.url).host)
  })
  afterAll(() => proxy?.stop())

  const enrol = async (who: string): Promise<string> =>
    (await asAgent(proxy, 'enroll', { enroll_secret: secret, host_identifier: `${name}-${who}` })).node_key

  check('an agent enrols, gets its configuration, and sends larger bodies than other routes accept', async () => {
    const node_key = await enrol('delivers')
    expect(await asAgent(proxy, 'config', { node_key })).toMatchObject({ node_invalid: false, schedule: {} })
    const data = Array.from({ length: 500 }, (_, i) => ({ message: `${i} ${'x'.repeat(10_000)}`, severity: 0 }))
    expect(await asAgent(proxy, 'log', { node_key, log_type: 'status', data })).toEqual({})
  })

  check('a read is held until there is a query for the host, and the answer arrives', async () => {
    const node_key = await enrol('waits')
    const host_identifier = `${name}-waits`
    const { items } = (await (await app.get(`/api/hosts?q=${host_identifier}`)).json()) as Json
    // the initial queries are answered first, so that the next read waits
    const first = await asAgent(proxy, 'distributed_read', { node_key })
    const ids = Object.keys(first.queries)
    const statuses = Object.fromEntries(ids.map(id => [id, 1]))
    await asAgent(proxy, 'distributed_write', { node_key, queries: {}, statuses })
    const held = asAgent(proxy, 'distributed_read', { node_key })
    const isHeld = async () => /tailrace_held_reads 1\b/.test(await (await app.get('/metrics')).text())
    await eventually(isHeld, 'the read is held')
    const asked = (await (await app.post(`/api/hosts/${items[0].id}/query`, { sql: 'select 1 as one' })).json()) as Json
    const { queries } = await held
    const [id = ''] = Object.keys(queries)
    expect(queries[id]).toBe('select 1 as one')
    await asAgent(proxy, 'distributed_write', { node_key, queries: { [id]: [{ one: '1' }] }, statuses: { [id]: 0 } })
    const { counts } = (await (await app.get(`/api/queries/${asked.query.id}`)).json()) as Json
    expect(counts.completed).toBe(1)
  })

  check('each line of a stream is forwarded at once, and a WebSocket is upgraded', async () => {
    const topic = await newJobTopic(app)
    const path = `/api/jobs/${topic.name.slice('job:'.length)}/logs/stream`
    const reader = await SseReader.open(`${proxy?.url}${path}`, app.headers)
    for (let i = 1; i <= 3; i++) {
      app.app.streams.write(topic, [{ kind: 'log', message: `line ${i}` }])
      await reader.until(() => reader.lines.length === i) // the next is written once this one has arrived
    }
    await reader.close()
    const socket = new WebSocket(`${proxy?.url.replace('http', 'ws')}/ws/stream`, { headers: app.headers })
    await once(socket, 'open')
    const told = new Promise<void>(resolve => {
      socket.on('message', data => {
        if (String(data).includes('heard over the proxy')) resolve()
      })
    })
    socket.send(JSON.stringify({ op: 'subscribe', topic: topic.name }))
    app.app.streams.write(topic, [{ kind: 'log', message: 'heard over the proxy' }])
    await told
    socket.close()
    await once(socket, 'close')
  })

  check('errors of Tailrace are forwarded unchanged', async () => {
    const refused = await post(proxy, 'config', { node_key: 'wrong' })
    expect(await refused.json()).toEqual({ node_invalid: true })
    const people = await fetch(`${proxy?.url}/api/session`)
    expect(people.status).toBe(401)
    expect(people.headers.get('content-type')).toContain('application/problem+json')
  })

  /** Responses that agents treat as failures: a JSON error, and for carves anything but JSON. */
  async function expectFailures(broken: RunningProxy) {
    const calls = CALLS.map(async path => {
      const answer = await post(broken, path)
      expect(answer.status).toBeGreaterThanOrEqual(502)
      expect(answer.headers.get('content-type')).toContain('application/json')
      expect(await answer.json()).toEqual({ error: expect.stringMatching(/Tailrace does not answer/) })
    })
    const carves = CARVES.map(async path => {
      const answer = await post(broken, path)
      expect(answer.status).toBeGreaterThanOrEqual(502)
      const text = await answer.text()
      expect(text).toMatch(/^error: Tailrace does not answer/)
      expect(() => JSON.parse(text)).toThrow(SyntaxError)
    })
    await Promise.all([...calls, ...carves])
    const page = await fetch(`${broken.url}/hosts`)
    expect(page.status).toBeGreaterThanOrEqual(502)
    expect(await page.text()).not.toBe('')
  }

  check('agents get an error with a body while Tailrace is down', async () => {
    const broken = await startProxy(name, `127.0.0.1:${await freePort()}`)
    await expectFailures(broken)
    await broken.stop()
  })

  check('agents get an error with a body while Tailrace does not answer', async () => {
    const silent = await startSilent()
    const broken = await startProxy(name, silent.address, '1s')
    await expectFailures(broken)
    await broken.stop()
    silent.stop()
  })

  check('agents do not get a success while Tailrace closes connections', async () => {
    const rude = await startSilent(socket => socket.once('data', () => socket.destroy()))
    const broken = await startProxy(name, rude.address)
    for (const path of [...CALLS, ...CARVES]) {
      // a proxy may close the connection as well, in which case agents retry
      const answer = await post(broken, path).catch(() => undefined)
      if (answer) expect(await answer.text()).toContain('Tailrace does not answer')
    }
    await broken.stop()
    rude.stop()
  })
})

/** A server that accepts connections and never answers. */
async function startSilent(onConnection: (socket: Socket) => void = socket => socket.resume()) {
  const sockets = new Set<Socket>()
  const server: Server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    onConnection(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    address: `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
