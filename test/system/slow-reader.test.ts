import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import { eventually } from '../support/programs'
import { difference, expectWhole, logAt, makeJob, saidIn } from './jobs'
import { metricOf } from './node'
import { System, tell } from './system'
import { overSocket, Viewer } from './viewer'

const LINES = 100_000
const MB = 1024 * 1024
/** A writer's buffer holds 16 MB before it asks to wait; what node makes of it while it hurries is some ten times that. */
const WORKER_MAX = 400 * MB
/** The whole log is some 50 MB on the wire; what node itself takes in this time is about 100 MB. */
const GROWTH_MAX = 200 * MB

let system: System

beforeAll(async () => {
  system = await System.start({
    webs: 1,
    workers: 1,
    env: { STREAM_SLOW_MS: '1500', STREAM_HEARTBEAT_MS: '1000' },
  })
}, 150_000)

afterAll(() => system.stop())

/** Asks for a stream and takes not one byte of it. */
function askAndSleep(path: string): Socket {
  const { url, headers } = system.web()
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) }).pause()
  socket.on('error', () => undefined) // it is thrown out, as it should
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: ${headers.authorization}\r\n\r\n`)
  return socket
}

function subscribeAndSleep(topic: string): WebSocket {
  const { url, headers } = system.web()
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/stream`, { headers })
  socket.on('error', () => undefined)
  socket.on('open', () => {
    socket.send(JSON.stringify({ op: 'subscribe', topic, filter: { limit: 'all' } }), () => socket.pause())
  })
  return socket
}

test('readers that never read cost no memory and nobody else a line, and are closed', async () => {
  const web = system.web()
  const memory = () => metricOf(web, 'process_resident_memory_bytes')
  let mostOfWorker = 0
  const { id } = await makeJob(web, { lines: LINES, line_bytes: 300 })
  const topic = `job:${id}`
  const viewers = [new Viewer({ topic, at: () => web }), new Viewer({ topic, at: () => web, transport: overSocket })]
  const [first] = viewers as [Viewer]
  await first.until(() => first.lines.length > 0)
  const before = await memory()
  const asleep = Array.from({ length: 5 }, () => askAndSleep(`/api/jobs/${id}/logs/stream?limit=all`))
  const sleepers = [subscribeAndSleep(topic), subscribeAndSleep(topic)]
  let most = before
  for (let lines = 0; lines < LINES; lines += LINES / 20) {
    await first.until(() => first.lines.length >= lines)
    most = Math.max(most, await memory())
    mostOfWorker = Math.max(mostOfWorker, await metricOf(system.worker(), 'process_resident_memory_bytes'))
  }
  await Promise.all(viewers.map(viewer => viewer.done))
  const closed = () => metricOf(web, 'tailrace_stream_closed_total', { reason: 'slow_reader' })
  await eventually(async () => (await closed()) === asleep.length + sleepers.length, 'the slow readers are closed')
  most = Math.max(most, await memory())
  tell(`memory of the web process: ${Math.round(before / MB)} MB, at most ${Math.round(most / MB)} MB`)
  expect(most - before).toBeLessThan(GROWTH_MAX)
  tell(`memory of the worker that logs as fast as it can: at most ${Math.round(mostOfWorker / MB)} MB`)
  expect(mostOfWorker).toBeLessThan(WORKER_MAX)
  const logged = await logAt(web, id)
  expectWhole(logged)
  expect(saidIn(logged, 1)).toHaveLength(LINES)
  for (const viewer of viewers) expect(difference(viewer.lines, logged)).toBeUndefined()
  for (const socket of asleep) socket.destroy()
  for (const socket of sleepers) socket.terminate()
}, 200_000)
