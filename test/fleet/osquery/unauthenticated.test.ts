import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createGunzip, gzipSync } from 'node:zlib'
import type * as Limits from '../../../src/fleet/osquery/limits'
import { BODY_BYTES_MAX } from '../../../src/fleet/osquery/limits'
import { startWire, type Wire } from './wire'

/** A tenth of the real one, so that a slow machine inflates bodies in the time that an agent has. */
jest.mock('../../../src/fleet/osquery/limits', () => {
  const limits = jest.requireActual<typeof Limits>('../../../src/fleet/osquery/limits')
  return { ...limits, BODY_BYTES_MAX: { ...limits.BODY_BYTES_MAX, log: limits.BODY_BYTES_MAX.log / 10 } }
})

const Gunzip = createGunzip().constructor
const MIB = 1024 * 1024
const REFUSED = { status: 401, body: { node_invalid: true } }

let wire: Wire
beforeEach(async () => {
  wire = await startWire()
})
afterEach(async () => {
  jest.restoreAllMocks()
  await wire.stop()
})

/** Counts calls of JSON.parse and records the longest text; the test's own responses are short. */
async function parsing<T>(work: () => Promise<T>) {
  const parsed = jest.spyOn(JSON, 'parse')
  const reply = await work()
  const lengths = parsed.mock.calls.map(([text]) => text.length)
  parsed.mockRestore()
  return { reply, count: lengths.length, longest: lengths.reduce((max, length) => Math.max(max, length), 0) }
}

/** Counts decompressed bytes. */
function countInflated(): () => number {
  const pushed = jest.spyOn(Gunzip.prototype, 'push')
  return () => pushed.mock.calls.reduce((sum, [chunk]) => sum + ((chunk as Buffer | null)?.length ?? 0), 0)
}

const bombOf = (head: string, bytes: number) =>
  gzipSync(Buffer.concat([Buffer.from(head), Buffer.alloc(bytes, '{},'), Buffer.from('{}]}')]))

describe('nothing is parsed without a valid key, wherever the key is', () => {
  const nested = '['.repeat(2 * MIB)
  const lines = `[${'{},'.repeat(1_000_000)}{}]`
  test.each([
    ['nested lists, key first', 'distributed_write', `{"node_key":"wrong","queries":{"a":${nested}}`],
    [
      'nested lists, key last',
      'distributed_write',
      `{"queries":{"a":${nested}${']'.repeat(2 * MIB)}},"node_key":"wrong"}`,
    ],
    ['many lines, key first', 'log', `{"node_key":"wrong","log_type":"result","data":${lines}}`],
    ['many lines, key last', 'log', `{"log_type":"result","data":${lines},"node_key":"wrong"}`],
    ['many lines, no key', 'logger', `{"log_type":"result","data":${lines}}`],
    ['a large configuration', 'config', `{"x":${'['.repeat(30_000)}${']'.repeat(30_000)},"node_key":"wrong"}`],
  ])('%s', async (_what, route, body) => {
    const { reply, count, longest } = await parsing(() => wire.post(route, body))
    expect(reply).toMatchObject(REFUSED)
    expect(count).toBeLessThan(20)
    expect(longest).toBeLessThan(100)
    expect(await wire.heldBytes()).toBe(0)
  })

  test('blocks of an unknown carve', async () => {
    const body = `{"block_id":0,"session_id":"other","data":"${'A'.repeat(8 * MIB)}","x":${'['.repeat(MIB)}}`
    const { reply, longest } = await parsing(() => wire.post('carve_block', body))
    expect(reply).toMatchObject({ status: 404, text: expect.stringMatching(/^error: /) })
    expect(longest).toBeLessThan(100)
    expect(wire.blocks).toEqual([])
  })

  test('invalid JSON gets a short error', async () => {
    for (const body of [
      `{"queries":{"a":${nested}}`,
      `{"${'n'.repeat(MIB)}":1}`,
      `{${'"a":0,'.repeat(100_000)}"b":1}`,
    ]) {
      const reply = await wire.post('distributed_write', body)
      expect([reply.status, reply.text.length < 300]).toEqual([400, true])
    }
    for (const queries of [`{"a":${nested}}}`, `{"${'n'.repeat(1_000)}":x]`, `{"${'n'.repeat(MIB)}":[]}}`]) {
      const reply = await wire.post('distributed_write', `{"node_key":"k-1","queries":${queries}`)
      expect([reply.status, reply.text.length < 300]).toEqual([400, true])
    }
    const coded = await wire.post('config', '{}', { 'content-encoding': 'x'.repeat(5_000) })
    expect([coded.status, coded.text.length < 300]).toEqual([415, true])
  })
})

describe('little is decompressed without a valid key', () => {
  test('nothing after an invalid key', async () => {
    const inflated = countInflated()
    const bomb = bombOf('{"node_key":"wrong","log_type":"result","data":[', 40 * MIB)
    const replies = await Promise.all([1, 2, 3].map(() => wire.post('log', bomb, { 'content-encoding': 'gzip' })))
    for (const reply of replies) expect(reply).toMatchObject(REFUSED)
    expect(inflated()).toBeLessThan(3 * MIB)
    expect(await wire.heldBytes()).toBe(0)
  })

  test('at most twice the largest body if there is no key, and nothing is kept', async () => {
    const inflated = countInflated()
    const bomb = bombOf('{"log_type":"result","data":[', 2.5 * BODY_BYTES_MAX.log)
    let held = 0
    let isOver = false
    const sent = wire.post('log', bomb, { 'content-encoding': 'gzip' }).finally(() => {
      isOver = true
    })
    while (!isOver) {
      held = Math.max(held, await wire.heldBytes())
      await new Promise(setImmediate)
    }
    expect(await sent).toMatchObject({ status: 413 })
    expect(inflated()).toBeLessThan(2 * BODY_BYTES_MAX.log + 2 * MIB)
    expect(held).toBeLessThan(2 * MIB)
  })
})

describe('unauthenticated uploads that fill their memory', () => {
  const open: Socket[] = []
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy()
  })

  /** Starts an upload whose key, if any, comes last, and stops in the middle. */
  async function stall(count: number, bytes: number) {
    const head = `{"data":["${'x'.repeat(bytes - 10)}`
    for (let i = 0; i < count; i++) {
      const socket = connect(wire.port, '127.0.0.1')
      open.push(socket)
      await once(socket, 'connect')
      socket.on('error', () => undefined) // the server may refuse it at any time
      socket.write(`POST /osquery/log HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes + 100}\r\n\r\n${head}`)
    }
  }
  const isFull = async (bytes: number) => {
    while ((await wire.heldBytes()) < bytes) await new Promise(setImmediate)
  }
  const lines = [{ message: 'x'.repeat(2 * MIB), severity: 0 }]

  test('do not delay an agent that sends its key first', async () => {
    await stall(30, 1.5 * MIB)
    await isFull(30 * MIB)
    const first = await wire.post('log', { node_key: 'k-1', log_type: 'status', data: lines })
    const last = { log_type: 'status', data: lines, node_key: 'k-1' }
    const header = await wire.post('log', last, { authorization: 'NodeKey k-1' })
    expect([first.status, header.status, wire.logged.length]).toEqual([200, 200, 2])
    expect(await wire.heldBytes()).toBeLessThanOrEqual(256 * MIB)
  })

  test('do not delay polls and small logs', async () => {
    await stall(30, 1.5 * MIB)
    await stall(200, 60_000)
    await isFull(37 * MIB)
    const read = await wire.post('distributed_read', { later: '', node_key: 'k-1' })
    const log = await wire.post('log', { log_type: 'status', data: [{ message: 'm' }], node_key: 'k-1' })
    expect([read.status, log.status]).toEqual([200, 200])
  })
})

test('a key at the end of a large compressed body is found, and the body is read from its beginning', async () => {
  const data = Array.from({ length: 5_000 }, (_, i) => ({ message: `${i} ${'x'.repeat(500)}`, severity: 0 }))
  const body = gzipSync(JSON.stringify({ log_type: 'status', data, node_key: 'k-1' }))
  expect(await wire.post('log', body, { 'content-encoding': 'gzip' })).toMatchObject({ status: 200, body: {} })
  expect(wire.logged[0]?.lines).toHaveLength(5_000)
  expect(await wire.heldBytes()).toBe(0)
})

describe('with a valid key', () => {
  test('lines are parsed up to their limit; further ones are counted', async () => {
    const body = `{"node_key":"k-1","log_type":"result","data":[${'{},'.repeat(299_999)}{}]}`
    const { reply, count } = await parsing(() => wire.post('log', body))
    expect(reply.status).toBe(200)
    expect(wire.logged).toMatchObject([{ lines: [], dropped: 300_000 }])
    expect(count).toBeLessThan(250_100)
  })

  test('unterminated texts and padding take linear time', async () => {
    const quotes = '\\"'.repeat(500_000)
    const open = await wire.post('carve_block', `{"session_id":"abc","block_id":1234567890123456,"data":"${quotes}`)
    expect(open.status).toBe(400)
    const padded = await wire.post('carve_block', { session_id: 'abc', block_id: 0, data: `${'= '.repeat(500_000)}x` })
    expect(padded.status).toBe(400)
  })
})
