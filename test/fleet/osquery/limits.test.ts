import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { createGzip, gzipSync } from 'node:zlib'
import type * as Limits from '../../../src/fleet/osquery/limits'
import { BODY_BYTES_MAX, HELD_BYTES_MAX, ROWS_MAX, VALUE_BYTES_MAX } from '../../../src/fleet/osquery/limits'
import { replyOf, startWire, type Wire } from './wire'

/** A tenth of the real sizes, and more time: a slow machine cannot upload 100 MiB in the time that an agent has. */
jest.mock('../../../src/fleet/osquery/limits', () => {
  const limits = jest.requireActual<typeof Limits>('../../../src/fleet/osquery/limits')
  const { authenticated, unauthenticated } = limits.HELD_BYTES_MAX
  return {
    ...limits,
    BODY_BYTES_MAX: {
      ...limits.BODY_BYTES_MAX,
      write: limits.BODY_BYTES_MAX.write / 10,
      log: limits.BODY_BYTES_MAX.log / 10,
    },
    VALUE_BYTES_MAX: limits.VALUE_BYTES_MAX / 10,
    ROWS_MAX: limits.ROWS_MAX / 10,
    HELD_BYTES_MAX: {
      authenticated: { ...authenticated, large: authenticated.large / 10, inflated: authenticated.inflated / 10 },
      unauthenticated: { ...unauthenticated, large: unauthenticated.large / 10 },
    },
    STORE_MS_MAX: 100_000,
    WAIT_MS_MAX: 100_000,
    UPLOAD_MS_MAX: { authenticated: 100_000, unauthenticated: 100_000 },
  }
})

const MIB = 1024 * 1024
const LIMIT = BODY_BYTES_MAX.write
const ROW = `{"path":"${'x'.repeat(1000)}"},`

let wire: Wire
beforeEach(async () => {
  wire = await startWire()
})
afterEach(() => wire.stop())

/** Generated while it is sent, so that the test does not hold it in memory. */
function* bodyOf(head: string, element: string, count: number, last: string, tail: string) {
  yield Buffer.from(head)
  const block = Buffer.from(element.repeat(100))
  for (let i = 0; i < count / 100; i++) yield block
  yield Buffer.from(last + tail)
}

async function send(route: string, body: Iterable<Buffer>, headers: Record<string, string> = {}) {
  const init = { method: 'POST', headers, body: Readable.from(body), duplex: 'half' }
  return replyOf(await fetch(`${wire.url}/${route}`, init as unknown as RequestInit))
}

const ROWS_OVER = Math.ceil((LIMIT + 2 * MIB) / ROW.length / 100) * 100
const ends = (statuses: object) =>
  `},"statuses":${JSON.stringify(statuses)},"messages":{"a":"","big":"","z":"no such table"},"node_key":"k-1"}`

test('a write above the limit is cut: complete rows, and the statuses and key at its end, are kept', async () => {
  const head = '{"queries":{"a":[{"n":"1"}],"big":['
  const reply = await send(
    'distributed_write',
    bodyOf(head, ROW, ROWS_OVER, '{}],"y":[{}],"z":[]', ends({ a: 0, big: 0, y: 0, z: 1 })),
  )
  expect(reply).toMatchObject({ status: 200, body: {} })
  const [a, big, y, z] = wire.written[0] ?? []
  expect(a).toMatchObject({ queryId: 'a', rows: [{ n: '1' }], truncated: false })
  expect(big).toMatchObject({ queryId: 'big', failed: false, truncated: true })
  expect(big?.rows.length).toBe(Math.floor((LIMIT - head.length) / ROW.length))
  expect(y).toMatchObject({ queryId: 'y', rows: [], failed: false, truncated: true })
  expect(z).toMatchObject({ queryId: 'z', rows: [], failed: true, message: 'no such table', truncated: false })
})

test('columns with the names of fields are not mistaken for the key', async () => {
  const decoy = `{"node_key":"k-2","statuses":"x"},${ROW}`
  const count = Math.ceil(ROWS_OVER / 100) * 100
  await send(
    'distributed_write',
    bodyOf('{"queries":{"big":[', decoy, count, '{"node_key":"k-3"}]', '},"statuses":{"big":0},"node_key":"k-1"}'),
  )
  expect(wire.written[0]).toMatchObject([{ queryId: 'big', truncated: true }])
})

test('a cut body without any key is an error, which does not make the agent enroll again', async () => {
  const reply = await send('distributed_write', bodyOf('{"queries":{"big":[', ROW, ROWS_OVER, '{}]', '}}'))
  expect(reply).toMatchObject({ status: 413, body: { error: expect.any(String) } })
  expect(wire.written).toEqual([])
})

test('a log above the limit is cut after its last complete line', async () => {
  const line = `{"message":"${'x'.repeat(10_000)}","severity":0},`
  const head = '{"log_type":"status","data":['
  const count = Math.ceil((LIMIT + 2 * MIB) / line.length / 100) * 100
  const reply = await send('log', bodyOf(head, line, count, '{"message":"last"}]', ',"node_key":"k-1"}'))
  expect(reply).toMatchObject({ status: 200, body: {} })
  const [batch] = wire.logged
  expect(batch?.dropped).toBe(1)
  expect(batch?.lines.length).toBe(Math.floor((LIMIT - head.length) / line.length))
})

test('a body that decompresses to more than the limit is cut, too', async () => {
  const gzip = Readable.from(bodyOf('{"queries":{"big":[', ROW, ROWS_OVER, '{}]', ends({ big: 0 }))).pipe(createGzip())
  const chunks: Buffer[] = []
  for await (const chunk of gzip) chunks.push(chunk as Buffer)
  const reply = await send('distributed_write', chunks, { 'content-encoding': 'gzip' })
  expect(reply).toMatchObject({ status: 200, body: {} })
  expect(wire.written[0]).toContainEqual(expect.objectContaining({ queryId: 'big', failed: false, truncated: true }))
})

test('a gzip bomb is not decompressed completely', async () => {
  const bomb = gzipSync(Buffer.alloc(5 * LIMIT, ' '))
  expect(await send('log', [bomb], { 'content-encoding': 'gzip' })).toMatchObject({
    status: 413,
    body: { error: expect.any(String) },
  })
  expect(await wire.heldBytes()).toBe(0)
})

test('an answer with too many rows is marked as truncated', async () => {
  const reply = await send(
    'distributed_write',
    bodyOf('{"queries":{"q":[', '{},', ROWS_MAX + 100, '{}]},', '"node_key":"k-1"}'),
  )
  expect(reply.status).toBe(200)
  const [answer] = wire.written[0] ?? []
  expect(answer?.rows).toHaveLength(ROWS_MAX)
  expect(answer?.truncated).toBe(true)
})

test('a row that is too large is left out, and the answer marked as truncated', async () => {
  const huge = `{"a":"${'x'.repeat(VALUE_BYTES_MAX + MIB)}"}`
  await wire.post(
    'distributed_write',
    `{"node_key":"k-1","queries":{"q":[{"a":"1"},${huge},{"a":"2"}]},"statuses":{"q":0}}`,
  )
  expect(wire.written).toMatchObject([[{ queryId: 'q', rows: [{ a: '1' }, { a: '2' }], truncated: true }]])
})

test('memory is bounded and polls are answered while large bodies arrive', async () => {
  const before = process.memoryUsage().rss
  const head = '{"node_key":"k-1","log_type":"status","data":['
  const uploads = Array.from({ length: 4 }, () => send('log', bodyOf(head, `"${'x'.repeat(9_997)}",`, 800, '""', ']}')))
  let held = 0
  let polls = 0
  const done = Promise.all(uploads).then(() => true)
  while (!(await Promise.race([done, wire.post('distributed_read', { node_key: 'k-1' }).then(() => false)]))) {
    polls++
    held = Math.max(held, await wire.heldBytes())
  }
  for (const upload of uploads) expect(await upload).toMatchObject({ status: 200, body: {} })
  expect(polls).toBeGreaterThan(0)
  expect(held).toBeGreaterThan(0)
  const pools = Object.values(HELD_BYTES_MAX).flatMap(pool => Object.values(pool))
  expect(held).toBeLessThanOrEqual(pools.reduce((sum, bytes) => sum + bytes, 0))
  expect(process.memoryUsage().rss - before).toBeLessThan(512 * MIB)
  expect(await wire.heldBytes()).toBe(0)
})

test('an aborted upload is not processed, and its memory is released', async () => {
  const socket = connect(wire.port, '127.0.0.1').on('error', () => undefined) // the server may refuse it at any time
  const head = `{"node_key":"k-1","log_type":"status","data":[{"message":"${'m'.repeat(100_000)}"},`
  socket.write(`POST /osquery/log HTTP/1.1\r\nHost: x\r\nContent-Length: ${50 * MIB}\r\n\r\n${head}`)
  await until(async () => (await wire.heldBytes()) > 0)
  socket.destroy()
  await until(async () => (await wire.heldBytes()) === 0)
  expect(wire.logged).toEqual([])
})

test('a client that announces a large body and sends little delays nobody', async () => {
  const sockets = Array.from({ length: 20 }, (_, i) => {
    const socket = connect(wire.port, '127.0.0.1').on('error', () => undefined) // the server may refuse it at any time
    const length = i % 2 ? `Content-Length: ${100 * MIB}` : 'Transfer-Encoding: chunked'
    const some = ' '.repeat(10_000)
    socket.write(`POST /osquery/log HTTP/1.1\r\nHost: x\r\n${length}\r\n\r\n${i % 2 ? '' : '2710\r\n'}${some}`)
    return socket
  })
  await until(async () => (await wire.heldBytes()) >= sockets.length * 10_000)
  const rows = Array.from({ length: 10_000 }, (_, i) => ({ path: String(i).padStart(100, '/') }))
  const reply = await wire.post('distributed_write', { node_key: 'k-1', queries: { q: rows }, statuses: { q: 0 } })
  expect(reply).toMatchObject({ status: 200, body: {} })
  for (const socket of sockets) socket.destroy()
  await until(async () => (await wire.heldBytes()) === 0)
})

async function until(holds: () => Promise<boolean>) {
  while (!(await holds())) await new Promise(setImmediate)
}
