import { appendFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Spool, type SpoolSettings } from '../../agent/spool'
import type { AgentRecord } from '../../src/contract/agent-protocol'

let folder: string
let now = 1_700_000_000_000
const said: string[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spool-'))
  now = 1_700_000_000_000
  said.length = 0
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const open = (given: Partial<SpoolSettings> = {}, replay: (record: AgentRecord) => void = () => undefined) =>
  Spool.open(
    {
      ...{ folder, bytesMax: 1e6, ageMaxMs: 3_600_000, now: () => now, beforeLogsGo: async () => undefined },
      say: text => said.push(text),
      ...given,
    },
    replay,
  )

const id = 'a'.repeat(64)
const log = (text: string): AgentRecord => ({
  t: 'log',
  container: 'web',
  id,
  lines: [{ at: now, stream: 'stdout', text }],
})
const sample = (name: string): AgentRecord => ({
  ...{ t: 'containers', at: now },
  samples: { [name]: { cpu: 1, memory: 1, memory_limit: null, rx: null, tx: null, read: null, write: null, pids: 1 } },
})
const event = (action: string): AgentRecord => ({ t: 'event', at: now, container: 'web', id, action, exit_code: null })

/** Everything that is unsent, as it would be sent. */
async function drain(spool: Spool, isOld: boolean): Promise<AgentRecord[]> {
  const records: AgentRecord[] = []
  for (let segment = spool.unsent(isOld); segment; segment = spool.unsent(isOld)) {
    const chunk = await segment.next(7, 1_000)
    if (chunk) records.push(...JSON.parse(`[${chunk.bytes.toString().replaceAll('\n', ',')}]`))
  }
  return records
}

const textsOf = (records: AgentRecord[]) =>
  records.flatMap(each => (each.t === 'log' ? each.lines.map(({ text }) => text) : []))

test('records survive the end of the process, but for one that was not written completely', async () => {
  const spool = await open()
  await spool.add([log('one'), log('two'), event('start')])
  await spool.close()
  const [file = ''] = (await readdir(folder)).filter(name => name.includes('-logs-'))
  await appendFile(join(folder, file), '{"t":"log","conta')
  const replayed: AgentRecord[] = []
  const again = await open({}, record => replayed.push(record))
  expect(textsOf(replayed)).toEqual(['one', 'two'])
  const records = await drain(again, true)
  expect(records.map(({ t }) => t)).toEqual(['event', 'log', 'log'])
  expect(again.backlog).toBe(3)
  await again.close()
})

test('what is acknowledged is removed, the rest is sent again over a new connection, under the same numbers', async () => {
  const spool = await open()
  await spool.begin()
  await spool.add([log('1'), log('2'), log('3')])
  const segment = spool.unsent(false)
  const first = await segment?.next(2, 1e6)
  await segment?.next(2, 1e6)
  expect(first).toMatchObject({ first: 1, count: 2 })
  spool.acked(segment?.id ?? '', 2)
  await spool.begin()
  expect(spool.unsent(true)).toBe(segment)
  expect(await segment?.next(2, 1e6)).toMatchObject({ first: 3, count: 1 })
  const done: string[] = []
  spool.onDone = each => done.push(each)
  spool.acked(segment?.id ?? '', 3)
  await spool.close()
  expect(done).toEqual([segment?.id])
  expect(await readdir(folder)).toEqual([])
})

test('a full spool drops the oldest samples first, then the oldest lines, never events, and says what', async () => {
  const spool = await open({ bytesMax: 100_000 })
  await spool.add(event('first'))
  for (let index = 0; index < 300; index++) {
    now += 1_000
    await spool.add([sample('web'), log(`${index} ${'x'.repeat(100)}`)], true)
  }
  const half = await drainedCounts(spool)
  expect(half.samples).toBeLessThan(half.lines)
  expect(half.lines).toBe(300)
  for (let index = 300; index < 1_500; index++) {
    now += 1_000
    await spool.add([sample('web'), log(`${index} ${'x'.repeat(100)}`)], true)
  }
  await spool.add(event('last'))
  expect(spool.bytes).toBeLessThan(130_000)
  await spool.close()
  const again = await open({ bytesMax: 1e6 })
  const records = await drain(again, true)
  const lines = textsOf(records)
  expect(lines.at(-1)).toMatch(/^1499 /)
  expect(records.filter(({ t }) => t === 'event')).toHaveLength(2)
  const gaps = records.filter(each => each.t === 'gap')
  const dropped = (what: string) => gaps.reduce((total, gap) => total + (gap.what === what ? gap.dropped : 0), 0)
  expect(dropped('logs')).toBe(1_500 - lines.length)
  expect(dropped('metrics')).toBe(1_500 - records.filter(({ t }) => t === 'containers').length)
  expect(gaps.every(({ reason, from, to }) => reason === 'spool_full' && from <= to)).toBe(true)
  await again.close()
})

async function drainedCounts(spool: Spool) {
  const records = await drain(spool, false)
  return { samples: records.filter(({ t }) => t === 'containers').length, lines: textsOf(records).length }
}

test('what is older than the limit goes', async () => {
  const spool = await open({ ageMaxMs: 1_000_000 })
  await spool.add([sample('old'), log('old'), event('old')])
  now += 2_000_000
  await spool.add([sample('new'), log('new')])
  await spool.close()
  // dropped when it is opened
  await (await open({ ageMaxMs: 1_000_000 })).close()
  const again = await open()
  const records = await drain(again, true)
  expect(textsOf(records)).toEqual(['new'])
  expect(records.filter(({ t }) => t === 'event' || t === 'gap')).toHaveLength(3)
  await again.close()
})

test('a disk that cannot be written loses records, says so, and counts them when it can be written again', async () => {
  const spool = await open()
  await rm(folder, { recursive: true })
  expect(await spool.add(log('lost'))).toBe(false)
  expect(said).toEqual([expect.stringContaining('The spool cannot be written')])
  await mkdir(folder)
  expect(await spool.add(log('kept'))).toBe(true)
  await spool.close()
  const again = await open()
  const records = await drain(again, true)
  expect(textsOf(records)).toEqual(['kept'])
  expect(records).toContainEqual(
    expect.objectContaining({ t: 'gap', container: 'web', dropped: 1, reason: 'spool_full' }),
  )
  await again.close()
})

test('what comes after the end is not written, so that the folder can go', async () => {
  const spool = await open()
  expect(await spool.add(log('before'))).toBe(true)
  const closed = spool.close()
  const during = spool.add(log('meanwhile'))
  await closed
  const before = await readdir(folder)
  expect(await spool.add([log('after'), sample('web')])).toBe(false)
  spool.lost({ what: 'logs', container: 'web', reason: 'rate_limit', at: now })
  expect(await readdir(folder)).toEqual(before)
  const again = await open()
  expect(textsOf(await drain(again, true))).toEqual((await during) ? ['before', 'meanwhile'] : ['before'])
  await again.close()
})
