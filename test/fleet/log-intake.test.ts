import { createMetrics } from '../../src/base/metrics'
import type { Agent } from '../../src/fleet/agent'
import { LogIntake } from '../../src/fleet/schedules/log-intake'
import type { Streams } from '../../src/streams'
import { rows } from '../support/rows'
import {
  addHost,
  createPlace,
  hostLog,
  type Node,
  range,
  resultLine,
  results,
  statuses,
  statusLine,
  storedNumbers,
} from './node'

let parts: Awaited<ReturnType<typeof createPlace>>
let node: Node
let other: Node
let agent: Agent
beforeAll(async () => {
  parts = await createPlace()
  ;[node, other] = await Promise.all([parts.start(), parts.start()])
})
beforeEach(async () => {
  agent = await addHost(node)
})
afterAll(() => parts.stop())

const lines = (from: number, to: number) => range(from, to).map(no => resultLine(no))
const deliver = (from: number, to: number, by = node) => by.schedules.log(agent, results(lines(from, to)))

test('results are stored as rows, with all fields of the agent', async () => {
  const more = {
    name: 'users',
    action: 'snapshot' as const,
    epoch: 7,
    columns: { uid: '9223372036854775807', size: 12, name: 'Zoë "q" \\ \0 \ud800' },
    decorations: null,
  }
  await node.schedules.log(agent, results([resultLine(1, more, true), resultLine(2)]))
  const found = await rows(
    node.db,
    'SELECT name, action, at, epoch, counter, columns, decorations, truncated FROM scheduled_results WHERE host_id = ? ORDER BY id',
    [agent.hostId],
  )
  expect(found).toEqual([
    {
      name: 'users',
      action: 'snapshot',
      at: new Date(1_788_256_800_001),
      epoch: 7,
      counter: 1,
      columns: { uid: '9223372036854775807', size: 12, name: 'Zoë "q" \\ \ufffd \ufffd' },
      decorations: null,
      truncated: true,
    },
    expect.objectContaining({ action: 'added', decorations: { hostname: 'web-07' }, truncated: false }),
  ])
})

test("osqueryd's own lines are lines of the host's log", async () => {
  await node.schedules.log(
    agent,
    statuses(
      [0, 1, 2, 3, 9].map(severity => statusLine(severity, severity)),
      2,
    ),
  )
  const log = await hostLog(node, agent)
  expect(log.map(({ line, level, source, message }) => [line, level, source, message])).toEqual([
    [1, 'info', 'osqueryd', 'tls.cpp:254 message 0'],
    [2, 'warn', 'osqueryd', 'tls.cpp:254 message 1'],
    [3, 'error', 'osqueryd', 'tls.cpp:254 message 2'],
    [4, 'error', 'osqueryd', 'tls.cpp:254 message 3'],
    [5, 'info', 'osqueryd', 'tls.cpp:254 message 9'],
    [6, 'warn', 'tailrace', expect.stringContaining('2 lines were dropped')],
  ])
  expect(JSON.parse(log[1]?.data ?? '')).toMatchObject({
    severity: 1,
    filename: 'tls.cpp',
    line: 254,
    version: '5.23.1',
  })
  await expect(
    node.schedules.family.exists({ tenantId: agent.tenantId, name: `hostlog:${agent.hostId}` }),
  ).resolves.toBe(true)
  await expect(node.schedules.family.exists({ tenantId: agent.tenantId, name: 'hostlog:nobody' })).resolves.toBe(false)
})

test('a delivery that cannot be understood leaves a line in the log', async () => {
  await node.schedules.log(agent, results([], 3))
  expect((await hostLog(node, agent)).map(({ message }) => message)).toEqual([
    expect.stringContaining('3 results of scheduled queries were dropped'),
  ])
})

test('lines that are sent again, with or without more after them, are stored once', async () => {
  await deliver(0, 3)
  await deliver(0, 3)
  await deliver(0, 5, other)
  await deliver(0, 5)
  await deliver(5, 7)
  expect(await storedNumbers(node, agent)).toEqual(range(0, 7))
})

test('lines that are sent again in another order, with new ones between, are stored once', async () => {
  const send = (numbers: number[], by = node) => by.schedules.log(agent, results(numbers.map(no => resultLine(no))))
  await send([8, 9])
  await send([10, 8, 11, 9], other)
  await Promise.all([send([12, 10, 8, 11, 9]), send([10, 12, 8, 11, 9, 13], other)])
  const stored = await storedNumbers(node, agent)
  expect([...stored].sort((a, b) => a - b)).toEqual(range(8, 14))
})

test('a delivery that arrives late is recognized', async () => {
  await deliver(0, 3)
  await deliver(3, 6, other)
  await deliver(6, 9)
  await deliver(0, 3, other)
  await deliver(3, 5)
  expect(await storedNumbers(node, agent)).toEqual(range(0, 9))
})

test('results and status lines have separate marks', async () => {
  await deliver(0, 2)
  await node.schedules.log(agent, statuses([statusLine(1)]))
  await deliver(0, 3)
  await node.schedules.log(agent, statuses([statusLine(1), statusLine(2)]))
  expect(await storedNumbers(node, agent)).toEqual([0, 1, 2])
  expect(await hostLog(node, agent)).toHaveLength(2)
})

test('the same delivery at several processes at once is stored once', async () => {
  for (let round = 0; round < 20; round++) {
    const [from, to] = [round * 13, round * 13 + 10]
    await Promise.all([
      deliver(from, to),
      deliver(from, to, other),
      deliver(from, to + 3, other),
      deliver(from, to + 3),
    ])
    await deliver(from, to + 3)
  }
  const stored = await storedNumbers(node, agent)
  expect(stored).toHaveLength(new Set(stored).size)
  expect([...stored].sort((a, b) => a - b)).toEqual(range(0, 260))
})

test('a delivery of many MB is stored in pieces, in order and once, even if it is sent twice at the same time', async () => {
  const wide = range(0, 1_024).map(no => resultLine(no, { columns: { text: `${no} `.padEnd(8_000, 'x') } }))
  await Promise.all([
    node.schedules.log(agent, results(wide)),
    other.schedules.log(agent, results([...wide, resultLine(1_024)])),
    node.schedules.log(agent, results(wide)),
  ])
  expect(await storedNumbers(node, agent)).toEqual(range(0, 1_025))
})

test('a delivery that is interrupted continues where it stopped', async () => {
  const all = lines(0, 2_500)
  let commits = 0
  const { streams } = node
  const breaking: Pick<Streams, 'commit' | 'write'> = {
    write: streams.write,
    commit: (effect, item) => (commits++ === 0 ? streams.commit(effect, item) : Promise.reject(new Error('killed'))),
  }
  const broken = new LogIntake(breaking, createMetrics())
  await expect(broken.take(agent, results(all))).rejects.toThrow('killed')
  expect(await storedNumbers(node, agent)).toHaveLength(1_000)
  await other.schedules.log(agent, results(all))
  expect(await storedNumbers(node, agent)).toEqual(range(0, 2_500))
})

test('lines of a deleted host do not cause a failure', async () => {
  await node.db('hosts').where({ id: agent.hostId }).delete()
  await deliver(0, 3)
  expect(await storedNumbers(node, agent)).toEqual([])
})

test('what the database refuses is not accepted', async () => {
  await node.db.raw('ALTER TABLE scheduled_results ADD CONSTRAINT refused CHECK (counter <> 6666)')
  await expect(node.schedules.log(agent, results([resultLine(6_665), resultLine(6_666)]))).rejects.toThrow()
  expect(await storedNumbers(node, agent)).toEqual([])
  await node.db.raw('ALTER TABLE scheduled_results DROP CONSTRAINT refused')
  await node.schedules.log(agent, results([resultLine(6_665), resultLine(6_666)]))
  expect(await storedNumbers(node, agent)).toEqual([6_665, 6_666])
})

test('a name that is too long for an index is cut, so that the agent does not retry forever', async () => {
  const name = Array.from({ length: 10_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7_919) % 20_000))).join('')
  await node.schedules.log(agent, results([resultLine(1, { name }), resultLine(2)]))
  expect(await storedNumbers(node, agent)).toEqual([1, 2])
  const [stored] = await node.db('scheduled_results').where({ host_id: agent.hostId, counter: 1 }).select('name')
  expect(stored.name).toBe(name.slice(0, 500))
})
