import { createParser, type EventSourceMessage } from 'eventsource-parser'
import fc from 'fast-check'
import type { NewEntry } from '../../src/streams'
import { chunksOf, entriesOf, levelBits } from '../../src/streams/chunk'
import type { Entry } from '../../src/streams/entry'
import { cutText, LINE_BYTES_MAX, prepare } from '../../src/streams/entry'
import { createFilter } from '../../src/streams/filter'
import { encodeEntries, httpChunk, sseText } from '../../src/streams/frame'
import type { AppendedHead } from '../../src/streams/history'
import { compositeFormat, formatPosition, parseComposite, parsePosition } from '../../src/streams/position'
import { decodeEvent, decodeLine, kindOf, timeOf } from '../../src/streams/record'
import { decodeUpdate, encodeUpdate, updateOf } from '../../src/streams/topic-update'

const anyText = fc.string({ unit: 'binary', maxLength: 200 })
const rough = fc.oneof(
  anyText,
  fc.string({
    unit: fc.constantFrom(
      '\n',
      '\r',
      '\0',
      '\u2028',
      '\ud83d',
      '\ude00',
      '😀',
      'é',
      '"',
      '\\',
      ':',
      ' ',
      '\u001b[31m',
      'a',
    ),
  }),
)
const newEntry: fc.Arbitrary<NewEntry> = fc.record(
  {
    kind: fc.constantFrom('log', 'status', 'progress'),
    at: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
    level: fc.constantFrom('debug' as const, 'info' as const, 'warn' as const, 'error' as const),
    step: fc.option(rough),
    attempt: fc.option(fc.integer({ min: 1, max: 32_767 })),
    source: fc.option(rough),
    message: rough,
    data: fc.jsonValue(),
  },
  { requiredKeys: ['kind'] },
)

test('cutText keeps the longest prefix of whole characters', () => {
  fc.assert(
    fc.property(rough, fc.integer({ min: 1, max: 300 }), (text, bytesMax) => {
      const cut = cutText(text, bytesMax)
      expect(text.startsWith(cut)).toBe(true)
      if (cut === text) return
      expect(Buffer.byteLength(text)).toBeGreaterThan(bytesMax)
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(bytesMax)
      expect(Buffer.byteLength(cut)).toBeGreaterThan(bytesMax - 4)
      const [before, after] = [text.charCodeAt(cut.length - 1), text.charCodeAt(cut.length)]
      expect(before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff).toBe(false)
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  ['x', 1],
  ['é', 2],
  ['€', 3],
  ['😀', 4],
])('a line of 1 MB of %s is cut at 16 KiB, whole characters only, and flagged', (character, bytes) => {
  const { record } = prepare({ kind: 'log', message: character.repeat(1_000_000 / bytes) })
  const message = character.repeat(Math.floor(LINE_BYTES_MAX / bytes))
  expect(decodeLine(record)).toMatchObject({ truncated: true, message })
})

test('a long name is cut between characters', () => {
  expect(prepare({ kind: 'log', step: `${'x'.repeat(199)}😀` }).step?.isWellFormed()).toBe(true)
})

test('preparing an entry preserves its content', () => {
  fc.assert(
    fc.property(newEntry, entry => {
      const { record } = prepare(entry)
      const content = entry.data === undefined ? undefined : JSON.parse(JSON.stringify(entry.data))
      if (entry.kind === 'log') {
        const { level = 'info', attempt = null, message = '' } = entry
        const line = decodeLine(record)
        expect(line).toMatchObject({ level, attempt, message })
        expect(line.data).toEqual(content)
      } else {
        const { kind, data } = decodeEvent(record)
        expect(kind).toBe(entry.kind)
        expect(data === null ? undefined : JSON.parse(data)).toEqual(content)
      }
      expect(kindOf(record)).toBe(entry.kind)
      expect(new Date(timeOf(record)).getTime()).toBeGreaterThan(Date.now() - 2 * 3_600_000)
      // PostgreSQL takes neither NUL nor lone surrogates, and line breaks separate records.
      expect(record).not.toMatch(/[\0\n]/)
      expect(record.isWellFormed()).toBe(true)
    }),
    { numRuns: 1_000 },
  )
})

test.each([undefined, () => 1, Symbol('x')])('data that JSON cannot express is left out', data => {
  const { record } = prepare({ kind: 'log', data })
  expect(Object.keys(decodeLine(record))).not.toEqual(expect.arrayContaining(['data']))
  const note = prepare({ kind: 'note', data, state: data })
  expect([note.state, decodeEvent(note.record).data]).toEqual([null, null])
})

const position = fc.record({
  epoch: fc.stringMatching(/^[a-z0-9]{1,32}$/),
  seq: fc.integer({ min: 0, max: 999_999_999_999_999 }),
})

test('ids survive a round trip, and nothing else is read as an id', () => {
  fc.assert(fc.property(position, place => expect(parsePosition(formatPosition(place))).toEqual(place)))
  const list = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,9}:[a-z0-9-]{1,20}$/), { minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(list, fc.array(position, { minLength: 50, maxLength: 50 }), fc.boolean(), (topics, places, swap) => {
      const own = places.slice(0, topics.length)
      const id = compositeFormat(topics)(own.map(formatPosition))
      expect(parseComposite(topics, id)).toEqual(own)
      expect(id).toMatch(/^[\x21-\x7e]+$/)
      const others = swap ? [...topics].reverse() : [...topics, 'other:1']
      if (others.join() !== topics.join()) expect(parseComposite(others, id)).toBeUndefined()
    }),
  )
  fc.assert(
    fc.property(rough, text => {
      parseComposite(['a'], text)
      const read = parsePosition(text)
      if (read) expect(text).toMatch(/^[a-z0-9]+\.\d+$/)
    }),
  )
})

const stored = (entries: NewEntry[]): Entry[] => {
  const head = {
    id: 7,
    epoch: 'e',
    last_seq: 10 + entries.length,
    last_line: 5 + entries.filter(({ kind }) => kind === 'log').length,
  }
  return updateOf({ head: { ...head, end_reason: null } as AppendedHead, entries: entries.map(prepare) }).entries ?? []
}

test('chunks have every entry once, in order and of limited size, and say what is in them', () => {
  fc.assert(
    fc.property(
      fc.array(newEntry, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 400 }),
      (news, times) => {
        const entries = Array.from({ length: times }, () => news.map(prepare)).flat()
        const chunks = chunksOf(entries)
        let [seq, line] = [0, 0]
        for (const chunk of chunks) {
          const own = entriesOf({ first_seq: chunk.first, first_line: chunk.firstLine, records: chunk.records })
          expect([chunk.first, chunk.firstLine]).toEqual([seq, line])
          expect(own.length).toBeLessThanOrEqual(1_000)
          const lines = own.filter(({ line }) => line !== null)
          expect(lines.every((each, i) => each.line === line + i)).toBe(true)
          seq += own.length
          line += lines.length
          expect([chunk.last, chunk.lastLine]).toEqual([seq - 1, line - 1])
          const levels = levelBits(lines.map(({ record }) => decodeLine(record).level))
          expect(chunk.levels).toBe(levels)
          const times = own.map(({ record }) => timeOf(record))
          expect([chunk.firstMs, chunk.lastMs]).toEqual([Math.min(...times), Math.max(...times)])
        }
        expect(chunks.flatMap(({ records }) => records.split('\n'))).toEqual(entries.map(({ record }) => record))
      },
    ),
    { numRuns: 50 },
  )
})

test('an update survives encoding for other processes', () => {
  fc.assert(
    fc.property(fc.array(newEntry, { maxLength: 20 }), fc.option(fc.constant('completed')), (entries, end) => {
      const head = { id: 7, epoch: 'abc', last_seq: 40, last_line: 30, end_reason: end } as AppendedHead
      const committed = { head, entries: entries.map(prepare) }
      const update = updateOf(committed)
      const arrived = decodeUpdate(encodeUpdate(committed))
      expect({ ...arrived, entries: null }).toEqual({ ...update, entries: null, at: expect.any(Number) })
      if (!arrived.entries) return
      for (const [i, entry] of arrived.entries.entries()) expect(update.entries?.[i]).toMatchObject(entry)
      expect(arrived.entries).toHaveLength(entries.length)
    }),
  )
  const head = { id: 0, epoch: '', last_seq: Number.POSITIVE_INFINITY, end_reason: null } as AppendedHead
  const arrived = decodeUpdate(encodeUpdate({ head, entries: null }))
  expect(arrived).toMatchObject({ id: 0, epoch: '', last: Number.POSITIVE_INFINITY, end: null, entries: null })
})

test('an independent decoder reads the events, however the bytes are split', () => {
  const shape = { topic: 'test:1', tenantId: 't', epoch: 'e', envelope: false }
  fc.assert(
    fc.property(fc.array(newEntry, { minLength: 1, maxLength: 10 }), fc.integer({ min: 1, max: 50 }), (news, step) => {
      const entries = stored(news)
      const events = encodeEntries(entries, shape, false)
      const text = sseText(events, seq => `e.${seq}`, entries.at(-1)?.seq ?? 0)
      const received: EventSourceMessage[] = []
      const parser = createParser({ onEvent: event => received.push(event) })
      const decoder = new TextDecoder()
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; at += step)
        parser.feed(decoder.decode(bytes.subarray(at, at + step), { stream: true }))
      expect(received.map(({ event }) => event)).toEqual(events.map(({ event }) => event))
      const lines = received.flatMap(({ event, data }) => (event === 'logs' ? JSON.parse(data).logs : []))
      expect(lines.map(({ message }: { message: string }) => message)).toEqual(
        news.filter(({ kind }) => kind === 'log').map(({ message }) => message ?? ''),
      )
      expect(received.at(-1)?.id).toBe(`e.${entries.at(-1)?.seq}`)
      const chunk = httpChunk(text).toString()
      expect(chunk).toBe(`${bytes.length.toString(16)}\r\n${text}\r\n`)
    }),
  )
})

test('tenant events are valid JSON for any data', () => {
  const shape = { topic: 'events', tenantId: 't', epoch: 'e', envelope: true }
  fc.assert(
    fc.property(fc.array(newEntry, { minLength: 1, maxLength: 5 }), news => {
      const entries = stored(news.map(entry => ({ ...entry, kind: 'stored' })))
      for (const [i, { data }] of encodeEntries(entries, shape, false).entries())
        expect(JSON.parse(data)).toMatchObject({ type: 'stored', sequence: entries[i]?.seq })
    }),
  )
})

test('a text filter ignores the case of ASCII letters', () => {
  fc.assert(
    fc.property(rough, rough, rough.filter(Boolean), (before, after, q) => {
      const [entry] = stored([{ kind: 'log', message: before + q.replace(/[a-z]/g, c => c.toUpperCase()) + after }])
      if (q.isWellFormed() && entry) expect(createFilter({ q }).matches(entry.record)).toBe(true)
    }),
  )
})
