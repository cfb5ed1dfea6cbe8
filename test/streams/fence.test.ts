import { randomUUID } from 'node:crypto'
import { createDb, type Db } from '../../src/base/db'
import type { Effect, TopicEntries } from '../../src/streams'
import { StreamWriter } from '../../src/streams/writer'
import { quietLog, type TestDatabase, testDatabase } from '../support/parts'
import { rows } from '../support/rows'

let database: TestDatabase
let db: Db
let writers: StreamWriter[]
beforeAll(async () => {
  database = await testDatabase()
  db = createDb(database.url, 4)
  const deps = { db, log: quietLog, onCommitted: () => undefined, onLost: () => undefined }
  writers = [new StreamWriter(deps), new StreamWriter(deps)]
  for (const writer of writers) await writer.start()
})
afterAll(async () => {
  await db.destroy()
  await database.drop()
})

const [one, other] = [0, 1]
const writerOf = (place: number) => writers[place] as StreamWriter
const newTopic = () => ({ tenantId: randomUUID(), name: 'job:x' })
type TestTopic = ReturnType<typeof newTopic>

/** Appends an event and hands the topic over, like a job's transition. */
const handOver: Effect<{ topic: TestTopic; mark: string | null; note: string }, null> = {
  name: 'test.hand-over',
  apply: async (_trx, items) => ({
    results: items.map(() => null),
    entries: items.map(({ topic, mark, note }): TopicEntries[] => [
      { topic, fence: mark, entries: [{ kind: 'note', data: note }] },
    ]),
  }),
}
const give = (place: number, topic: TestTopic, mark: string | null, note = `to ${mark}`) =>
  writerOf(place).commit(handOver, { topic, mark, note })

function write(place: number, topic: TestTopic, mark: string, message: string): { refused: number } {
  const outcome = { refused: 0 }
  const onRefused = (count: number) => {
    outcome.refused += count
  }
  void writerOf(place).write(topic, [{ kind: 'log', message }], { mark, onRefused })
  return outcome
}

async function textsOf({ tenantId, name }: TestTopic): Promise<string[]> {
  for (const writer of writers) await writer.flush()
  const found = await rows<{ seq: number; text: string }>(
    db,
    `SELECT e.seq, coalesce(e.message, e.data::json #>> '{}') AS text FROM stream_entries e
     JOIN stream_topics t ON t.id = e.topic_id WHERE t.tenant_id = ? AND t.name = ? ORDER BY seq`,
    [tenantId, name],
  )
  expect(found.map(({ seq }) => seq)).toEqual(found.map((_, i) => i + 1))
  return found.map(({ text }) => text)
}

test('the owner of a topic may write, in the same flush too, until it is handed over', async () => {
  const topic = newTopic()
  void give(one, topic, 'a')
  write(one, topic, 'a', 'one')
  await writerOf(one).flush()
  write(one, topic, 'a', 'two')
  void give(one, topic, null)
  const late = write(one, topic, 'a', 'three')
  await writerOf(one).flush()
  const later = write(one, topic, 'a', 'four')
  expect(await textsOf(topic)).toEqual(['to a', 'one', 'two', 'to null'])
  expect([late.refused, later.refused]).toEqual([1, 1])
})

test('a process unaware of the hand-over learns of it, and loses only its own lines', async () => {
  const topic = newTopic()
  await give(one, topic, 'a')
  write(one, topic, 'a', 'mine')
  await writerOf(one).flush()
  await give(other, topic, 'b')
  write(other, topic, 'b', 'theirs')
  await writerOf(other).flush()
  const alone = write(one, topic, 'a', 'alone')
  await writerOf(one).flush()
  // Along with entries of the same topic that must be kept: without a fence, and from an effect.
  void writerOf(one).write(topic, [{ kind: 'log', message: 'free' }])
  const elsewhere = write(one, topic, 'a', 'elsewhere')
  await writerOf(one).flush()
  const before = write(one, topic, 'a', 'before')
  await give(one, topic, 'c')
  const after = write(one, topic, 'c', 'after')
  expect(await textsOf(topic)).toEqual(['to a', 'mine', 'to b', 'theirs', 'free', 'to c', 'after'])
  expect([alone, elsewhere, before, after].map(({ refused }) => refused)).toEqual([1, 1, 1, 0])
})

test('a topic without an owner refuses fenced entries, without affecting other topics of the flush', async () => {
  const [topic, open] = [newTopic(), newTopic()]
  await give(one, topic, null)
  const refused = write(one, topic, 'a', 'no')
  void writerOf(one).write(open, [{ kind: 'log', message: 'yes' }])
  expect(await textsOf(topic)).toEqual(['to null'])
  expect(await textsOf(open)).toEqual(['yes'])
  expect(refused.refused).toBe(1)
})

/** Appends in one flush, as areas do it. */
const append: Effect<TopicEntries, null> = {
  name: 'test.append',
  apply: async (_trx, items) => ({ results: items.map(() => null), entries: items.map(item => [item]) }),
}
const note = (data: string) => [{ kind: 'note', data }]
const commit = (place: number, ...items: TopicEntries[]) =>
  Promise.all(items.map(item => writerOf(place).commit(append, item)))

test('entries for open topics only are skipped once the topic has ended, and accepted when it is open again', async () => {
  const [topic, elsewhere] = [newTopic(), newTopic()]
  const ifOpen = (data: string) => ({ topic, entries: note(data), onlyWhileOpen: true })
  await commit(one, ifOpen('new'))
  await commit(one, ifOpen('before'), { topic, entries: note('end'), end: 'done' }, ifOpen('behind'))
  await commit(other, ifOpen('other topic'), { topic: elsewhere, entries: note('yes') })
  await commit(other, ifOpen('mixed'), { topic, entries: note('always') })
  await commit(other, ifOpen('closed'), { topic, entries: [{ kind: 'status', state: {} }] }, ifOpen('opened'))
  await commit(one, ifOpen('open'))
  expect((await textsOf(topic)).filter(Boolean)).toEqual(['new', 'before', 'end', 'always', 'opened', 'open'])
  expect(await textsOf(elsewhere)).toEqual(['yes'])
})

test('entries for open topics only and fenced lines do not affect each other', async () => {
  const topic = newTopic()
  await give(one, topic, 'a')
  await give(other, topic, 'b')
  const overtaken = write(one, topic, 'a', 'overtaken')
  await commit(one, { topic, entries: note('still open'), onlyWhileOpen: true })
  await commit(other, { topic, entries: note('end'), end: 'done', fence: null })
  const ended = write(one, topic, 'a', 'ended')
  await commit(one, { topic, entries: note('no longer'), onlyWhileOpen: true })
  expect(await textsOf(topic)).toEqual(['to a', 'to b', 'still open', 'end'])
  expect([overtaken.refused, ended.refused]).toEqual([1, 1])
})
