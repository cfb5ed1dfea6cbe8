import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { SseReader } from '../support/sse'
import { newJobTopic } from '../support/streams'
import { programOf, testWith } from './programs'
import { type RunningProxy, startProxy } from './proxies'

const nginx = programOf('nginx', 'nginx')
const testWithNginx = testWith(nginx)

let apps: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let proxy: RunningProxy | undefined
beforeAll(async () => {
  apps = await appsOnFreshParts()
  app = await apps.start({ STREAM_SLOW_MS: '1000', TRUST_PROXY: 'loopback' })
  if (nginx) proxy = await startProxy('nginx', new URL(app.url).host)
})
afterAll(async () => {
  await proxy?.stop()
  await apps?.stop()
})

const pathOf = ({ name }: { name: string }) => `/api/jobs/${name.slice('job:'.length)}/logs/stream`
const line = (message: string) => [{ kind: 'log', message }]

testWithNginx('each line comes through at once although nginx buffers by default', async () => {
  const topic = await newJobTopic(app)
  const reader = await SseReader.open(`${proxy?.url}${pathOf(topic)}`, app.headers)
  expect(reader.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  for (let i = 1; i <= 5; i++) {
    app.app.streams.write(topic, line(`line ${i}`))
    await reader.until(() => reader.lines.length === i) // the next is written once this one has arrived
  }
  await reader.close()
})

testWithNginx('a WebSocket is upgraded and hears what is written', async () => {
  const topic = await newJobTopic(app)
  const socket = new WebSocket(`${proxy?.url.replace('http', 'ws')}/ws/stream`, { headers: app.headers })
  await once(socket, 'open')
  const told = new Promise<void>(resolve => {
    socket.on('message', data => {
      if (String(data).includes('heard over nginx')) resolve()
    })
  })
  socket.send(JSON.stringify({ op: 'subscribe', topic: topic.name }))
  app.app.streams.write(topic, line('heard over nginx'))
  await told
  socket.close()
})

testWithNginx('a reader that takes nothing is closed, and nginx keeps nothing for it on disk', async () => {
  const topic = await newJobTopic(app)
  const { hostname, port } = new URL(proxy?.url ?? '')
  const socket = connect({ host: hostname, port: Number(port) }).on('error', () => undefined)
  socket.pause()
  socket.write(`GET ${pathOf(topic)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${app.token}\r\n\r\n`)
  const metric = async (pattern: RegExp) => pattern.test(await (await app.get('/metrics')).text())
  await eventually(() => metric(/tailrace_stream_connections\{transport="sse"\} 1/), 'it is connected')
  const filling = line('x'.repeat(16_000))
  const isClosed = () => metric(/tailrace_stream_closed_total\{reason="slow_reader"\} 1/)
  await eventually(async () => {
    for (let i = 0; i < 50; i++) await app.app.streams.write(topic, filling)
    await app.app.streams.flush()
    return isClosed()
  }, 'the slow reader is closed')
  expect(await readdir(join(proxy?.folder ?? '', 'proxy'))).toEqual([])
  socket.destroy()
})

testWithNginx('pages and redirects are the same as without nginx', async () => {
  const response = await fetch(`${proxy?.url}/api/session`, { headers: app.headers })
  expect(response.status).toBe(200)
  const page = await fetch(`${proxy?.url}/admin/queues`, { headers: { accept: 'text/html' }, redirect: 'manual' })
  expect(page.headers.get('location')).toBe('/sign-in?next=%2Fadmin%2Fqueues')
})

testWithNginx('agents may deliver more than nginx and the rest of the routes take', async () => {
  const { secret } = (await (await app.post('/api/enroll-secrets', { name: 'proxied' })).json()) as { secret: string }
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${proxy?.url}/osquery/${path}`, { method: 'POST', body: JSON.stringify(body) })
    return (await answer.json()) as { node_key?: string }
  }
  const { node_key } = await post('enroll', { enroll_secret: secret, host_identifier: 'proxied' })
  const data = Array.from({ length: 500 }, (_, i) => ({ message: `${i} ${'x'.repeat(10_000)}`, severity: 0 }))
  expect(await post('log', { node_key, log_type: 'status', data })).toEqual({})
})
