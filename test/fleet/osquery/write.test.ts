import { startWire, type Wire } from './wire'

let wire: Wire
beforeEach(async () => {
  wire = await startWire()
})
afterEach(() => wire.stop())

/** The answers parsed from a body. */
async function answersTo(body: object | string) {
  const reply = await wire.post('distributed_write', typeof body === 'string' ? body : { node_key: 'k-1', ...body })
  expect(reply).toMatchObject({ status: 200, body: {} })
  return wire.written.flat()
}

const NOTHING = { rows: [], failed: false, message: '', stats: null, truncated: false }

test('a write of a current agent', async () => {
  const answers = await answersTo({
    queries: { 'q-17': [{ name: 'root' }, { name: 'a' }], 'q-18': [] },
    statuses: { 'q-17': 0, 'q-18': 1 },
    messages: { 'q-17': '', 'q-18': 'no such table: nope' },
    stats: { 'q-17': { wall_time_ms: 12, user_time: 8, system_time: 2, memory: 40960 }, 'q-18': {} },
  })
  expect(answers).toEqual([
    {
      ...NOTHING,
      queryId: 'q-17',
      rows: [{ name: 'root' }, { name: 'a' }],
      stats: { wall_time_ms: 12, user_time: 8, system_time: 2, memory: 40960 },
    },
    { ...NOTHING, queryId: 'q-18', failed: true, message: 'no such table: nope' },
  ])
})

test.each([
  ['text for no rows', { queries: { q: '' } }, {}],
  ['null for no rows', { queries: { q: null } }, {}],
  ['status 0 as text', { queries: { q: [] }, statuses: { q: '0' } }, {}],
  ['status 1 as text', { queries: { q: [] }, statuses: { q: '1' } }, { failed: true }],
  ['another status', { queries: { q: [] }, statuses: { q: 2 } }, { failed: true }],
  ['an invalid status', { queries: { q: [] }, statuses: { q: 'broken' } }, { failed: true }],
  ['only a status', { statuses: { q: 0 } }, {}],
  ['only a bad status', { statuses: { q: 1 } }, { failed: true }],
  ['only a message', { messages: { q: 'denylisted' } }, { failed: true, message: 'denylisted' }],
  [
    'only stats',
    { stats: { q: { memory: 1 } } },
    { stats: { wall_time_ms: null, user_time: null, system_time: null, memory: 1 } },
  ],
  ['invalid maps beside a status', { queries: '', statuses: { q: 0 }, messages: '', stats: [] }, {}],
  [
    'stats as text, with fractions, missing and negative',
    { queries: { q: [] }, stats: { q: { wall_time_ms: '12', user_time: 1.6, memory: -1, system_time: 'much' } } },
    { stats: { wall_time_ms: 12, user_time: 2, system_time: null, memory: null } },
  ],
  ['a single row without list', { queries: { q: { a: '1' } } }, { rows: [{ a: '1' }] }],
  [
    'values of other types',
    { queries: { q: [{ n: 1.5, t: true, z: null, o: { a: [1] }, l: [] }] } },
    { rows: [{ n: '1.5', t: 'true', z: '', o: '{"a":[1]}', l: '[]' }] },
  ],
  [
    'invalid rows',
    { queries: { q: [{ a: '1' }, 7, 'x', [], null, { a: '2' }] } },
    { rows: [{ a: '1' }, { a: '2' }], truncated: true },
  ],
  ['rows of a failure', { queries: { q: [{ a: '1' }] }, statuses: { q: 1 } }, { failed: true }],
  [
    'text that PostgreSQL cannot hold',
    { queries: { q: [{ 'k\0': 'a\0b', s: '\ud800x' }] }, messages: { q: '\0' } },
    { rows: [{ 'k\ufffd': 'a\ufffdb', s: '\ufffdx' }], message: '\ufffd' },
  ],
  [
    'names of JavaScript',
    { queries: { q: [{ constructor: '1', toString: '2' }] } },
    { rows: [{ constructor: '1', toString: '2' }] },
  ],
])('%s', async (_what, body, expected) => {
  expect(await answersTo(body)).toEqual([{ ...NOTHING, queryId: 'q', ...expected }])
})

test('integers beyond 2^53, duplicate columns and __proto__ as in the text', async () => {
  const answers = await answersTo(
    '{"node_key":"k-1","queries":{"q":[{"n":9223372036854775807,"m":-9007199254740993,"f":0.1,"e":1e999,"a":"1","a":"2","__proto__":"p","t":"say \\"9223372036854775807\\": 1"}]}}',
  )
  expect(Object.entries(answers[0]?.rows[0] ?? {})).toEqual([
    ['n', '9223372036854775807'],
    ['m', '-9007199254740993'],
    ['f', '0.1'],
    ['e', '1e999'],
    ['a', '2'],
    ['__proto__', 'p'],
    ['t', 'say "9223372036854775807": 1'],
  ])
})

test('invalid UTF-8, and unescaped control characters', async () => {
  const body = Buffer.concat([
    Buffer.from('{"node_key":"k-1","queries":{"q":[{"a":"x'),
    Buffer.from([0xff, 0xc3]),
    Buffer.from('y"},{"a":"'),
    Buffer.from([0, 1]),
    Buffer.from('"}]},"statuses":{"q":0}}'),
  ])
  await wire.post('distributed_write', body)
  expect(wire.written.flat()[0]?.rows).toEqual([{ a: 'x\ufffd\ufffdy' }, { a: '\ufffd\ufffd' }])
})

test('an invalid row does not affect the others', async () => {
  const answers = await answersTo(
    '{"node_key":"k-1","queries":{"q":[{"a":"1"},{"a":nonsense},{"a":"\\q"},{"a":"2"}],"p":[{}]}}',
  )
  expect(answers).toEqual([
    { ...NOTHING, queryId: 'q', rows: [{ a: '1' }, { a: '2' }], truncated: true },
    { ...NOTHING, queryId: 'p', rows: [{}] },
  ])
})

test('the maps in any order, with other fields and with spaces', async () => {
  const answers = await answersTo(
    ' {\n "stats" : {"q":{"memory":3}}, "more": [ {"x": "]}" } ], "statuses" : { "q" : 0 } , "queries" : { "q" : [ { "a" : "1" } , {} ] } , "node_key" : "k-1" } \n',
  )
  expect(answers).toMatchObject([{ queryId: 'q', rows: [{ a: '1' }, {}], failed: false, stats: { memory: 3 } }])
})

test('a write without answers is not passed on', async () => {
  expect(await answersTo({})).toEqual([])
  expect(await answersTo({ queries: {}, statuses: {}, messages: {}, stats: {} })).toEqual([])
  expect(await answersTo({ queries: [] })).toEqual([])
  expect(wire.written).toEqual([])
})

test('a row that is nested too deeply is left out, and the answer marked; a map of statuses is left out as well', async () => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000)
  const answers = await answersTo(
    `{"node_key":"k-1","queries":{"q":[{"a":${deep}},{"a":"2"}]},"statuses":${deep},"more":${deep}}`,
  )
  expect(answers).toMatchObject([{ queryId: 'q', rows: [{ a: '2' }], truncated: true, failed: false }])
})

test('the values of a row that is too large for a page are cut, and the answer is marked', async () => {
  const [answer] = await answersTo({
    queries: {
      q: [
        { path: '/a', content: 'ü'.repeat(300_000) },
        { path: '/b', content: 'b' },
      ],
    },
  })
  expect(answer).toMatchObject({ queryId: 'q', truncated: true, failed: false })
  const [first, second] = answer?.rows ?? []
  expect([first?.path, first?.content?.length, second]).toEqual(['/a', 64 * 1024, { path: '/b', content: 'b' }])
})
