import fc from 'fast-check'
import { quietLog } from '../../support/parts'
import { startWire, type Wire } from './wire'

const logError = jest.fn()
let wire: Wire
beforeAll(async () => {
  wire = await startWire({}, { ...quietLog, error: logError })
})
afterAll(() => wire.stop())

const row = { name: 'root', n: 2 ** 53, f: 1.5, z: null, 's\0': '\ud800', deep: { a: [1, { b: '' }] } }
const line = { name: 'up', unixTime: '1', epoch: 0, counter: 1, decorations: { a: 'b' } }
const GOOD: Record<string, object> = {
  enroll: {
    enroll_secret: 's3',
    host_identifier: 'h',
    platform_type: '9',
    host_details: { os_version: { name: 'x' } },
  },
  config: { node_key: 'k-1' },
  log: {
    node_key: 'k-1',
    log_type: 'result',
    data: [
      { ...line, columns: row, action: 'added' },
      { ...line, diffResults: { added: [row], removed: '' } },
      { ...line, snapshot: [row], action: 'snapshot' },
    ],
  },
  logger: { log_type: 'status', data: [{ unixTime: 1, severity: '1', line: 7, message: 'm\0' }], node_key: 'k-1' },
  distributed_read: { node_key: 'k-1' },
  distributed_write: {
    queries: { 'q-1': [row, row], 'q-2': '', 'q\0': [{}] },
    statuses: { 'q-1': 0, 'q-2': '1' },
    messages: { 'q-2': 'no\0' },
    stats: { 'q-1': { memory: '1.5' } },
    node_key: 'k-1',
  },
  carve_init: { block_count: 1, block_size: '1', carve_size: 1, carve_id: 'c', request_id: 'q-19', node_key: 'k-1' },
  carve_block: { block_id: 0, session_id: 'abc', data: 'AAAA' },
}

/** JSON values to replace others with. */
const fragment = fc.constantFrom(
  'null',
  '""',
  '[]',
  '{}',
  '7',
  '-1',
  '1e999',
  'true',
  '"\\u0000"',
  '"\\ud800"',
  '[[]]',
  '99999999999999999999',
)
const mutation = fc.oneof(
  fc.record({
    at: fc.nat(),
    remove: fc.nat(5),
    insert: fc.uint8Array({ maxLength: 4 }).map(bytes => Buffer.from(bytes)),
  }),
  fc.record({ at: fc.nat(), remove: fc.constant(Number.MAX_SAFE_INTEGER), insert: fc.constant(Buffer.alloc(0)) }),
)

function mutate(body: Buffer, { at, remove, insert }: { at: number; remove: number; insert: Buffer }): Buffer {
  const from = at % (body.length + 1)
  return Buffer.concat([body.subarray(0, from), insert, body.subarray(Math.min(body.length, from + remove))])
}

/** Replaces one of the values of a JSON text. */
function replaceValue(text: string, which: number, by: string): string {
  const values = [...text.matchAll(/(?<=[:[,])("(?:[^"\\]|\\.)*"(?!:)|-?\d[\d.]*|null)/g)]
  const value = values[which % values.length]
  return value ? text.slice(0, value.index) + by + text.slice(value.index + value[0].length) : text
}

const STATUSES = new Set([200, 400, 401, 404, 413])

async function check(route: string, body: string | Buffer) {
  const reply = await wire.post(route, body)
  expect(STATUSES).toContain(reply.status)
  expect(reply.text).not.toBe('')
  const hasFailed = reply.status !== 200
  // Agents treat any JSON as success of a block.
  if (hasFailed && route === 'carve_block') expect(reply.text).toMatch(/^error: /)
  else expect(hasFailed).toBe('error' in reply.body || (reply.body.node_invalid === true && route !== 'enroll'))
  expect(logError).not.toHaveBeenCalled()
}

/** All texts in what was passed on. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value) || value instanceof Date) return
  for (const [key, each] of Object.entries(value)) {
    yield key
    yield* textsIn(each)
  }
}

function checkPassedOn() {
  const { enrolled, written, logged, started } = wire
  for (const text of textsIn([enrolled, written, logged, started])) {
    expect(text.includes('\0') || !text.isWellFormed()).toBe(false)
  }
  for (const list of [enrolled, written, logged, started]) list.length = 0
}
afterEach(checkPassedOn)

describe.each(Object.keys(GOOD))('%s', route => {
  const good = JSON.stringify(GOOD[route])

  test('accepts a good body', async () => {
    const reply = await wire.post(route, good)
    expect(reply).toMatchObject({ status: 200 })
  })

  test('responds whichever bytes change', () =>
    fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), changes =>
        check(route, changes.reduce(mutate, Buffer.from(good))),
      ),
      { numRuns: 40 },
    ))

  test('responds whichever values change', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(), fragment), { minLength: 1, maxLength: 4 }), changes =>
        check(
          route,
          changes.reduce((text, [which, by]) => replaceValue(text, which, by), good),
        ),
      ),
      { numRuns: 40 },
    ))

  test('responds to any JSON', () =>
    fc.assert(
      fc.asyncProperty(fc.json(), text => check(route, text)),
      { numRuns: 25 },
    ))
})
