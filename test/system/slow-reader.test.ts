import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import { eventually } from '../support/programs'
import { createJob, difference, expectCompleteLog, getLog, handlerMessages } from './jobs'
import { metricOf } from './node'
import { print, System } from './system'
import { overSocket, Viewer } from './viewer'

const LINES = 100_000
const MB = 1024 * 1024
/** The writer's buffer holds 16 MB before it applies backpressure; Node uses about ten times that under load. */
const WORKER_MAX = 400 * MB
/** The whole log is about 50 MB on the wire, and Node itself grows by about 100 MB during the test. */
const GROWTH_MAX = 200 * MB

let system: System

beforeAll(async () => {
  system = await System.start({
    webs: 1,
    workers: 1,
    env: { STREAM_SLOW_MS: '1500', STREAM_HEARTBEAT_MS: '1000' },
  })
})

afterAll(() => system.stop())

/** Requests a stream and never reads from it. */
function openIdleStream(path: string): Socket {
  const { url, headers } = system.web()
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) }).pause()
  socket.on('error', () => undefined) // the server closes it, as it should
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: ${headers.authorization}\r\n\r\n`)
  return socket
}

function openIdleSocket(topic: string): WebSocket {
  const { url, headers } = system.web()
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/stream`, { headers })
  socket.on('error', () => undefined)
  socket.on('open', () => {
    socket.send(JSON.stringify({ op: 'subscribe', topic, filter: { limit: 'all' } }), () => socket.pause())
  })
  return socket
}

test('readers that never read use no memory, cost other readers no lines, and are closed', async () => {
  const web = system.web()
  const memory = () => metricOf(web, 'process_resident_memory_bytes')
  let workerMax = 0
  const { id } = await createJob(web, { lines: LINES, line_bytes: 300 })
  const topic = `job:${id}`
  const viewers = [new Viewer({ topic, at: () => web }), new Viewer({ topic, at: () => web, transport: overSocket })]
  const [first] = viewers as [Viewer]
  await first.until(() => first.lines.length > 0)
  const before = await memory()
  const idleStreams = Array.from({ length: 5 }, () => openIdleStream(`/api/jobs/${id}/logs/stream?limit=all`))
  const idleSockets = [openIdleSocket(topic), openIdleSocket(topic)]
  let max = before
  for (let lines = 0; lines < LINES; lines += LINES / 20) {
    await first.until(() => first.lines.length >= lines)
    max = Math.max(max, await memory())
    workerMax = Math.max(workerMax, await metricOf(system.worker(), 'process_resident_memory_bytes'))
  }
  await Promise.all(viewers.map(viewer => viewer.done))
  const closed = () => metricOf(web, 'tailrace_stream_closed_total', { reason: 'slow_reader' })
  await eventually(
    async () => (await closed()) === idleStreams.length + idleSockets.length,
    'the slow readers are closed',
  )
  max = Math.max(max, await memory())
  print(`memory of the web process: ${Math.round(before / MB)} MB, max ${Math.round(max / MB)} MB`)
  expect(max - before).toBeLessThan(GROWTH_MAX)
  print(`memory of a worker that logs as fast as it can: max ${Math.round(workerMax / MB)} MB`)
  expect(workerMax).toBeLessThan(WORKER_MAX)
  const logged = await getLog(web, id)
  expectCompleteLog(logged)
  expect(handlerMessages(logged, 1)).toHaveLength(LINES)
  for (const viewer of viewers) expect(difference(viewer.lines, logged)).toBeUndefined()
  for (const socket of idleStreams) socket.destroy()
  for (const socket of idleSockets) socket.terminate()
})
