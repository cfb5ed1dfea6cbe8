import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDb, type Db } from '../../src/base/db'
import { migrate } from '../../src/base/migrate'
import { ensurePartitions } from '../../src/base/partitions'
import { ROOT } from '../../src/base/root'
import { readEntries } from '../../src/streams/chunk-store'
import { encodeLine } from '../../src/streams/frame'
import { decodeEvent, isLine } from '../../src/streams/record'
import { emptyDatabase } from '../support/parts'

const FIRST_WITH_CHUNKS = '0090'
const MESSAGES = ['plain', 'one\ntwo', '"quoted" \\ back', 'nul \0 and \ud83d', 'Größe 😀']

let folder: string
let db: Db
let drop: () => Promise<void>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tailrace-migrations-'))
  for (const name of await readdir(join(ROOT, 'migrations')))
    if (name < FIRST_WITH_CHUNKS) await cp(join(ROOT, 'migrations', name), join(folder, name))
  const database = await emptyDatabase()
  drop = database.drop
  db = createDb(database.url, 2)
})
afterAll(async () => {
  await db.destroy()
  await drop()
  await rm(folder, { recursive: true })
})

test('entries stored one by one are read from chunks after the migration', async () => {
  await migrate(db, folder)
  await ensurePartitions(db, 'stream_entries')
  const at = new Date()
  const [{ id }] = await db('stream_topics')
    .insert({ tenant_id: '00000000-0000-4000-8000-000000000001', name: 'job:old', last_seq: 3_000, first_seq: 11 })
    .returning('id')
  const lines = Array.from({ length: 2_000 }, (_, i) => ({ no: i + 1, message: MESSAGES[i % MESSAGES.length] ?? '' }))
  // After every second line there is a status.
  const entries = lines.flatMap(({ no, message }) => {
    const seq = no + Math.floor((no - 1) / 2)
    const common = { topic_id: id, at, source: 'demo' }
    const line = { ...common, seq, line: no, kind: 'log', level: no % 4, step: no % 3 ? null : 'a "b"\n', attempt: 1 }
    const own = [{ ...line, message: JSON.stringify(message).slice(1, -1), data: no % 5 ? null : '{"no":1}' }]
    return no % 2 ? own : [...own, { ...common, seq: seq + 1, kind: 'status', data: `{"after":${no}}` }]
  })
  for (let i = 0; i < entries.length; i += 500) await db('stream_entries').insert(entries.slice(i, i + 500))
  await migrate(db)
  const found = await readEntries(db, id, { after: 10, upTo: 3_000, limit: 5_000 }, {})
  expect(found.map(({ seq }) => seq)).toEqual(Array.from({ length: 2_990 }, (_, i) => i + 11))
  for (const { no, message } of lines.slice(10)) {
    const seq = no + Math.floor((no - 1) / 2)
    const entry = found[seq - 11]
    if (!entry) throw new Error(`Entry ${seq} is missing`)
    expect(JSON.parse(encodeLine(entry))).toEqual({
      ...{ seq, line: no, timestamp: at.toISOString(), level: ['debug', 'info', 'warn', 'error'][no % 4] },
      ...{ step: no % 3 ? null : 'a "b"\n', attempt: 1, message, source: 'demo' },
      ...(no % 5 === 0 && { data: { no: 1 } }),
    })
  }
  const statuses = found.filter(({ record }) => !isLine(record)).map(({ record }) => decodeEvent(record))
  expect(statuses).toHaveLength(997)
  expect(statuses[0]).toEqual({ kind: 'status', timestamp: at.toISOString(), source: '"demo"', data: '{"after":8}' })
  const chunks = await db('stream_chunks').count('* as count').first()
  expect(Number(chunks?.count)).toBeLessThan(20)
  const wanted = { levels: ['error' as const], steps: ['a "b"\n'], kinds: ['log'] }
  const filtered = await readEntries(db, id, { after: 10, upTo: 3_000, limit: 5_000 }, wanted)
  expect(filtered.map(({ line }) => line)).toEqual(
    lines.flatMap(({ no }) => (no > 7 && no % 4 === 3 && no % 3 === 0 ? [no] : [])),
  )
})
