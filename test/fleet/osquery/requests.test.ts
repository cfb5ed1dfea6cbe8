import { once } from 'node:events'
import { connect } from 'node:net'
import { Problem } from '../../../src/base/errors'
import type { Work } from '../../../src/fleet/agent'
import { quietLog } from '../../support/parts'
import { AGENT, replyOf, startWire, type Wire } from './wire'

const ROUTES = [
  'enroll',
  'config',
  'log',
  'logger',
  'distributed_read',
  'distributed_write',
  'carve_init',
  'carve_block',
]
const logError = jest.fn()
let wire: Wire
let overrides: Parameters<typeof startWire>[0] = {}
beforeEach(async () => {
  logError.mockReset()
  wire = await startWire(overrides, { ...quietLog, error: logError })
})
afterEach(() => wire.stop())

const details = {
  os_version: { name: 'Debian', version: '12' },
  osquery_info: { version: '5.23.1', instance_id: 'i' },
  system_info: { uuid: '9F2C', hostname: 'web-07', hardware_serial: '' },
  platform_info: { vendor: 'x' },
}

describe('enrollment', () => {
  test('passes on what the agent sent, and returns the key', async () => {
    const reply = await wire.post('enroll', {
      enroll_secret: 's3',
      host_identifier: '9F2C-..',
      platform_type: '9',
      host_details: details,
    })
    expect(reply).toMatchObject({ status: 200, body: { node_key: 'k-1', node_invalid: false } })
    expect(reply.headers.get('content-type')).toMatch(/^application\/json/)
    expect(wire.enrolled).toEqual([{ secret: 's3', hostIdentifier: '9F2C-..', platformType: '9', details }])
  })

  test('with a wrong secret returns node_invalid', async () => {
    const reply = await wire.post('enroll', { enroll_secret: 'wrong', host_identifier: 'h' })
    expect(reply).toMatchObject({ status: 200, body: { node_invalid: true } })
    expect(reply.body.node_key).toBeUndefined()
  })

  test('accepts missing tables, numbers, lists of rows and text that PostgreSQL cannot hold', async () => {
    await wire.post('enroll', {
      enroll_secret: 's3',
      host_identifier: 'a\0b\ud800',
      platform_type: 9,
      host_details: { os_version: [{ major: 12, codename: null }], system_info: 'none' },
    })
    expect(wire.enrolled).toEqual([
      {
        secret: 's3',
        hostIdentifier: 'a\ufffdb\ufffd',
        platformType: '9',
        details: { os_version: { major: '12', codename: '' } },
      },
    ])
  })
})

test('the configuration includes node_invalid', async () => {
  const { body } = await wire.post('config', { node_key: 'k-1' })
  expect(body).toEqual({ options: { distributed_interval: 10 }, node_invalid: false })
})

describe('the node key', () => {
  const keyed = ROUTES.filter(route => route !== 'enroll' && route !== 'carve_block')

  test.each(keyed)('that is unknown, missing or of the wrong type gets node_invalid from %s', async route => {
    for (const node_key of ['wrong', undefined, '', 7, null, ['k-1'], { k: 1 }, 'k\0']) {
      const reply = await wire.post(route, {
        node_key,
        log_type: 'status',
        data: [{ message: 'm' }],
        queries: { q: [] },
      })
      expect(reply).toMatchObject({ status: 401, body: { node_invalid: true } })
    }
    expect(wire.written).toEqual([])
    expect(wire.logged).toEqual([])
  })

  test('may come in the header, but the one in the body decides', async () => {
    const header = { authorization: 'NodeKey k-1' }
    expect((await wire.post('config', {}, header)).status).toBe(200)
    expect((await wire.post('config', { node_key: 'other' }, header)).body).toEqual({ node_invalid: true })
    expect((await wire.post('config', { node_key: 'k-1' }, { authorization: 'NodeKey other' })).status).toBe(200)
    expect((await wire.post('config', {}, { authorization: 'Bearer k-1' })).body).toEqual({ node_invalid: true })
  })
})

describe('errors have a body', () => {
  test.each(ROUTES)('%s: another method', async route => {
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS']) {
      const reply = await replyOf(await fetch(`${wire.url}/${route}`, { method }))
      expect(reply).toMatchObject({ status: 405, body: { error: expect.stringContaining('POST') } })
      expect(reply.headers.get('allow')).toBe('POST')
    }
  })

  test.each(ROUTES)('%s: a body that is not JSON', async route => {
    for (const body of [
      '',
      '{',
      '[]',
      '"k-1"',
      'null',
      'node_key=k-1',
      '{"node_key":"k-1"',
      '{"node_key":"k-1"}}',
      '{"a":1,}',
    ]) {
      const reply = await wire.post(route, body)
      expect(reply.status).toBe(400)
      expect(reply.body?.error ?? reply.text).toMatch(/body: .*JSON/)
    }
  })

  test.each([
    ['enroll', 64],
    ['config', 64],
    ['distributed_read', 16],
    ['carve_init', 8],
  ])('%s: more than %i KiB', async (route, kib) => {
    const body = (bytes: number) => JSON.stringify({ node_key: 'k-1', x: '' }).replace('""', `"${'x'.repeat(bytes)}"`)
    expect(await wire.post(route, body(kib * 1024))).toMatchObject({
      status: 413,
      body: { error: expect.stringContaining(String(kib * 1024)) },
    })
    expect((await wire.post(route, body(kib * 1024 - 100))).status).not.toBe(413)
  })

  test('an unknown endpoint', async () => {
    expect(await wire.post('nowhere', {})).toMatchObject({ status: 404, body: { error: expect.any(String) } })
  })

  test('an unsupported encoding', async () => {
    const reply = await wire.post('config', { node_key: 'k-1' }, { 'content-encoding': 'br' })
    expect(reply).toMatchObject({ status: 415, body: { error: expect.stringContaining('br') } })
  })
})

describe('an error of the server', () => {
  const outage = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  beforeAll(() => {
    overrides = {
      write: async () => {
        throw outage
      },
      log: async () => {
        throw new TypeError('a secret detail')
      },
      config: async () => {
        throw new Problem(429, 'slow_down', 'Not so fast.')
      },
      carveInit: async () => {
        throw outage
      },
      carveBlock: async () => {
        throw outage
      },
    }
  })
  afterAll(() => {
    overrides = {}
  })

  test('is reported: an outage as 503, a problem with its message, a bug without one', async () => {
    expect(await wire.post('distributed_write', { node_key: 'k-1', statuses: { q: 0 } })).toMatchObject({
      status: 503,
      body: { error: expect.any(String) },
    })
    expect(await wire.post('config', { node_key: 'k-1' })).toMatchObject({
      status: 429,
      body: { error: 'Not so fast.' },
    })
    expect(logError).not.toHaveBeenCalled()
    const reply = await wire.post('log', { node_key: 'k-1', log_type: 'status', data: [] })
    expect(reply.status).toBe(500)
    expect(reply.text).not.toContain('secret')
    expect(logError).toHaveBeenCalledWith(expect.any(String), expect.objectContaining({ error: expect.any(TypeError) }))
  })

  test.each([
    ['carve_init', { block_count: 1, block_size: 1, carve_size: 1, carve_id: 'c', request_id: 'r', node_key: 'k-1' }],
    ['carve_block', { block_id: 0, session_id: 'abc', data: 'AA==' }],
  ])('is not JSON for %s, so that agents retry', async (route, body) => {
    const reply = await wire.post(route, body)
    expect(reply.status).toBe(503)
    expect(reply.text).toMatch(/^error: /)
    expect(() => JSON.parse(reply.text)).toThrow()
  })
})

describe('reads', () => {
  let read: () => void
  let left: () => void
  const wasRead = new Promise<void>(resolve => {
    read = resolve
  })
  const hasLeft = new Promise<void>(resolve => {
    left = resolve
  })
  const replies: Work[] = [{ queries: {} }, { queries: { 'q-17': 'select 1' }, accelerate: 60 }]
  beforeAll(() => {
    overrides = {
      read: async (agent, signal) => {
        expect(agent).toEqual(AGENT)
        const reply = replies.shift()
        if (reply) return reply
        signal.addEventListener('abort', left)
        read()
        return new Promise(() => undefined)
      },
    }
  })
  afterAll(() => {
    overrides = {}
  })

  test('return queries, or none', async () => {
    const poll = () => wire.post('distributed_read', { node_key: 'k-1' })
    expect((await poll()).body).toEqual({ queries: {}, node_invalid: false })
    expect((await poll()).body).toEqual({ queries: { 'q-17': 'select 1' }, accelerate: 60, node_invalid: false })
  })

  test('that are held end when the agent disconnects', async () => {
    const socket = connect(wire.port, '127.0.0.1')
    const body = '{"node_key":"k-1"}'
    socket.write(`POST /osquery/distributed_read HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    await wasRead
    socket.destroy()
    await hasLeft
  })
})

describe('carves', () => {
  const start = {
    block_count: 3,
    block_size: '8192',
    carve_size: 20000,
    carve_id: 'guid',
    request_id: 'q-19',
    node_key: 'k-1',
  }

  test('begin', async () => {
    expect((await wire.post('carve_init', start)).body).toEqual({ session_id: 'abc' })
    expect(wire.started).toEqual([
      { blockCount: 3, blockSize: 8192, carveSize: 20000, carveId: 'guid', requestId: 'q-19' },
    ])
  })

  test('that no query has requested get no session', async () => {
    const { body } = await wire.post('carve_init', { ...start, request_id: 'q-20' })
    expect(body).toEqual({ error: expect.any(String) })
  })

  test.each(['block_count', 'block_size', 'carve_size', 'carve_id', 'request_id'])('need %s', async name => {
    for (const value of [undefined, '', -1, 1e18, {}].slice(0, /id$/.test(name) ? 2 : 5)) {
      const reply = await wire.post('carve_init', { ...start, [name]: value })
      expect(reply).toMatchObject({ status: 400, body: { error: expect.stringMatching(new RegExp(`^${name}: `)) } })
    }
  })

  test('accept blocks', async () => {
    const data = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0])
    const block = { block_id: 0, session_id: 'abc', request_id: 'q-19', data: data.toString('base64') }
    expect(await wire.post('carve_block', block)).toMatchObject({ status: 200, body: {} })
    expect(wire.blocks).toEqual([{ sessionId: 'abc', blockId: 0, data }])
  })

  test('refuse invalid blocks', async () => {
    const block = { block_id: 0, session_id: 'abc', data: 'AAA=' }
    for (const wrong of [{ block_id: -1 }, { session_id: '' }, { data: 'A*A=' }, { data: 7 }]) {
      const reply = await wire.post('carve_block', { ...block, ...wrong })
      expect(reply).toMatchObject({ status: 400, body: undefined })
      expect(reply.text).toContain(Object.keys(wrong)[0])
    }
    const unknown = await wire.post('carve_block', { ...block, session_id: 'other' })
    expect(unknown).toMatchObject({ status: 404, body: undefined, text: expect.stringMatching(/^error: /) })
  })
})

test('connections stay open after a refusal, so that no second handshake is needed', async () => {
  const socket = connect(wire.port, '127.0.0.1')
  const request = (body: string) =>
    `POST /osquery/config HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  for (const [key, status] of [
    ['k-1', 413],
    ['wrong', 401],
  ]) {
    socket.write(request(`{"node_key":"${key}","x":"${'x'.repeat(100_000)}"}`))
    expect(String((await once(socket, 'data'))[0])).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  }
  socket.write(request('{"node_key":"k-1"}'))
  expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 200 /)
  socket.destroy()
})
