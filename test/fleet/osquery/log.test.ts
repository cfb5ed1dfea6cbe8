import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { startWire, type Wire } from './wire'

let wire: Wire
beforeEach(async () => {
  wire = await startWire()
})
afterEach(() => wire.stop())

async function batchOf(type: string, data: unknown, route = 'log') {
  const reply = await wire.post(route, { node_key: 'k-1', log_type: type, data })
  expect(reply).toMatchObject({ status: 200, body: {} })
  return wire.logged.at(-1)
}

const digest = (line: unknown) => createHash('sha256').update(JSON.stringify(line)).digest().subarray(0, 8)
const fields = {
  name: 'up',
  hostIdentifier: '9F2C-..',
  calendarTime: 'Tue Sep  1 10:00:00 2026 UTC',
  unixTime: 1788256800,
  epoch: 3,
  counter: 4,
  numerics: false,
}
const row = {
  name: 'up',
  at: new Date(1788256800_000),
  epoch: 3,
  counter: 4,
  decorations: null,
  action: 'added',
  columns: { pid: '41' },
}

describe('results', () => {
  test.each([
    [
      'an event',
      { decorations: { hostname: 'web-07' }, columns: { pid: '41' }, action: 'added' },
      [{ ...row, decorations: { hostname: 'web-07' } }],
    ],
    [
      'an event decorated at its top level',
      { hostname: 'web-07', host_uuid: 'u', columns: { pid: '41' }, action: 'added' },
      [{ ...row, decorations: { hostname: 'web-07', host_uuid: 'u' } }],
    ],
    ['an event of removal', { columns: { pid: '41' }, action: 'removed' }, [{ ...row, action: 'removed' }]],
    [
      'a batch',
      { diffResults: { added: [{ pid: '41' }, { pid: '42' }], removed: [{ pid: '40' }] } },
      [{ ...row, action: 'removed', columns: { pid: '40' } }, row, { ...row, columns: { pid: '42' } }],
    ],
    ['a batch of old agents', { diffResults: { added: [{ pid: '41' }], removed: '' } }, [row]],
    ['an empty batch', { diffResults: '' }, []],
    [
      'a snapshot',
      { snapshot: [{ days: '3' }, { days: '4' }], action: 'snapshot' },
      ['3', '4'].map(days => ({ ...row, action: 'snapshot', columns: { days } })),
    ],
    ['an empty snapshot', { snapshot: [], action: 'snapshot' }, []],
    ['an empty snapshot of old agents', { snapshot: '', action: 'snapshot' }, []],
    [
      'a row of a snapshot',
      { columns: { days: '3' }, action: 'snapshot' },
      [{ ...row, action: 'snapshot', columns: { days: '3' } }],
    ],
    [
      'numbers',
      { numerics: true, columns: { pid: 41, load: 0.5, on: true, none: null }, action: 'added' },
      [{ ...row, columns: { pid: 41, load: 0.5, on: 'true', none: '' } }],
    ],
    [
      'numbers as text',
      { unixTime: '1788256800', epoch: '3', counter: '4', columns: { pid: '41' }, action: 'added' },
      [row],
    ],
    ['no unixTime', { unixTime: undefined, columns: { pid: '41' }, action: 'added' }, [row]],
    ['a unixTime of nonsense', { unixTime: 1e300, columns: { pid: '41' }, action: 'added' }, [row]],
    [
      'no epoch',
      { epoch: undefined, counter: null, columns: { pid: '41' }, action: 'added' },
      [{ ...row, epoch: 0, counter: 0 }],
    ],
    [
      'NUL',
      { columns: { pid: '4\0' }, decorations: { a: '\ud800' }, action: 'added' },
      [{ ...row, columns: { pid: '4\ufffd' }, decorations: { a: '\ufffd' } }],
    ],
  ])('%s', async (_what, more, rows) => {
    const line = JSON.parse(JSON.stringify({ ...fields, ...more }))
    expect(await batchOf('result', [line])).toEqual({
      type: 'result',
      lines: [{ digest: digest(line), rows, truncated: false }],
      dropped: 0,
    })
  })

  test('64-bit integers keep all their digits', async () => {
    await wire.post(
      'log',
      '{"node_key":"k-1","log_type":"result","data":[{"name":"n","action":"added","unixTime":1,"columns":{"max":9223372036854775807,"min":-9223372036854775808,"safe":9007199254740991,"text":"9223372036854775807"}}]}',
    )
    expect(wire.logged[0]?.lines).toMatchObject([
      {
        rows: [
          {
            columns: {
              max: '9223372036854775807',
              min: '-9223372036854775808',
              safe: 9007199254740991,
              text: '9223372036854775807',
            },
          },
        ],
      },
    ])
  })

  test('values that are not lines are counted, the others are kept', async () => {
    const good = { ...fields, columns: { pid: '41' }, action: 'added' }
    const bad = [
      7,
      null,
      'text',
      [],
      {},
      { name: 'up' },
      { ...good, name: '' },
      { ...good, action: 'burned' },
      { ...good, columns: 3 },
    ]
    const batch = await batchOf('result', [good, ...bad, good])
    expect(batch).toMatchObject({ lines: [{ rows: [row] }, { rows: [row] }], dropped: bad.length })
  })

  test('a line with invalid rows is marked as truncated', async () => {
    const batch = await batchOf('result', [{ ...fields, snapshot: [{ days: '3' }, 7] }])
    expect(batch).toMatchObject({ lines: [{ rows: [{ columns: { days: '3' } }], truncated: true }], dropped: 0 })
  })

  test('equal lines have equal digests, others do not', async () => {
    const line = { ...fields, columns: { pid: '41' }, action: 'added' }
    await batchOf('result', [line, { ...line, counter: 5 }])
    await wire.post('log', JSON.stringify({ node_key: 'k-1', log_type: 'result', data: [line] }, null, 2))
    const [first, other, again] = wire.logged.flatMap(batch => batch.lines.map(each => each.digest.toString('hex')))
    expect(first).toMatch(/^[0-9a-f]{16}$/)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })
})

describe('status lines', () => {
  const line = {
    hostIdentifier: '..',
    calendarTime: '..',
    unixTime: 1788256800,
    severity: 1,
    filename: 'tls.cpp',
    line: 254,
    message: 'm',
    version: '5.23.1',
    decorations: {},
  }
  const status = {
    at: new Date(1788256800_000),
    severity: 1,
    filename: 'tls.cpp',
    line: 254,
    message: 'm',
    version: '5.23.1',
  }

  test.each([
    ['of now', {}, {}],
    ['with numbers as text', { severity: '1', line: '254', unixTime: '1788256800' }, {}],
    ['without version', { version: undefined }, { version: '' }],
    ['with a severity of nonsense', { severity: 9 }, { severity: 3 }],
    ['with NUL', { message: '\0m' }, { message: '\ufffdm' }],
  ])('%s', async (_what, more, expected) => {
    const batch = await batchOf('status', [{ ...line, ...more }], 'logger')
    expect(batch).toMatchObject({ type: 'status', lines: [{ status: { ...status, ...expected } }], dropped: 0 })
  })

  test('without a time get the current time', async () => {
    const before = Date.now()
    const batch = await batchOf('status', [{ message: 'm' }])
    const [found] = batch?.lines ?? []
    expect(found && 'status' in found && found.status.at.getTime()).toBeGreaterThanOrEqual(before)
  })

  test.each([
    ['a single object', line],
    ['a text that holds a list', JSON.stringify([line])],
    ['a text that holds an object', JSON.stringify(line)],
    ['a list of texts', [JSON.stringify(line)]],
  ])('as %s', async (_what, data) => {
    expect(await batchOf('status', data)).toMatchObject({ lines: [{ status }], dropped: 0 })
  })

  test.each([[''], [null], [undefined], [[]], ['nonsense']])('invalid data has no lines: %j', async data => {
    expect(await batchOf('status', data)).toEqual({ type: 'status', lines: [], dropped: 0 })
  })

  test('whose type comes after them', async () => {
    await wire.post('log', JSON.stringify({ data: [line], log_type: 'status', node_key: 'k-1' }))
    expect(wire.logged).toMatchObject([{ type: 'status', lines: [{ status }] }])
  })
})

test.each([['string'], [undefined], [7]])('a log of type %j is acknowledged and not kept', async log_type => {
  const reply = await wire.post('log', { node_key: 'k-1', log_type, data: [{ message: 'm' }] })
  expect(reply).toMatchObject({ status: 200, body: {} })
  expect(wire.logged).toEqual([])
})

describe('gzip', () => {
  const body = JSON.stringify({
    node_key: 'k-1',
    log_type: 'status',
    data: Array(3_000).fill({ message: 'm'.repeat(50) }),
  })

  test.each(['gzip', 'x-gzip', 'GZIP'])('as %s', async encoding => {
    expect(await wire.post('log', gzipSync(body), { 'content-encoding': encoding })).toMatchObject({ status: 200 })
    expect(wire.logged[0]?.lines).toHaveLength(3_000)
  })

  test('that is invalid or ends too early is an error', async () => {
    for (const bytes of [Buffer.from(body), gzipSync(body).subarray(0, 100), Buffer.alloc(0)]) {
      const reply = await wire.post('log', bytes, { 'content-encoding': 'gzip' })
      expect(reply).toMatchObject({ status: 400, body: { error: expect.stringMatching(/^body: /) } })
    }
    expect(wire.logged).toEqual([])
    expect(await wire.heldBytes()).toBe(0)
  })

  test('on other routes, limited after decompression', async () => {
    const config = (x: string) =>
      wire.post('config', gzipSync(JSON.stringify({ node_key: 'k-1', x })), { 'content-encoding': 'gzip' })
    expect((await config('')).status).toBe(200)
    expect((await config('x'.repeat(10_000_000))).body).toEqual({ error: expect.stringContaining('65536') })
  })
})
