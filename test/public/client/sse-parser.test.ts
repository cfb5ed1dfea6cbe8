import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { type SseEvent, SseParser } from '../../../public/client/sse-parser'

const encoder = new TextEncoder()

function decode(chunks: Uint8Array[]) {
  const events: SseEvent[] = []
  const retries: number[] = []
  const parser = new SseParser({ onEvent: event => events.push(event), onRetry: ms => retries.push(ms) })
  for (const chunk of chunks) parser.push(chunk)
  return { events, retries, lastEventId: parser.lastEventId }
}

const decodeText = (text: string) => decode([encoder.encode(text)])

/** Splits bytes at arbitrary positions, including within characters and between CR and LF. */
function split(bytes: Uint8Array, places: number[]) {
  const ends = [...places.map(place => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return ends.map((end, i) => bytes.slice(ends[i - 1] ?? 0, end))
}

const piece = fc.oneof(
  fc.constantFrom(
    'data:',
    'data: ',
    'data',
    'event: x',
    'event',
    'id: 7',
    'id',
    'id: a\0b',
    'retry: 12',
    'retry: x',
    ':',
  ),
  fc.constantFrom('\n', '\r', '\r\n', '\n\n', '\r\r', '\r\n\r\n', ' ', 'ü', '😀', '\u2028', '\0'),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
)
const stream = fc.array(piece, { maxLength: 40 }).map(pieces => pieces.join(''))
const places = fc.array(fc.nat(), { maxLength: 12 })

describe('SseParser', () => {
  it('returns the same events as an independent decoder', () => {
    fc.assert(
      fc.property(stream, text => {
        const expected: Array<{ event: string; data: string }> = []
        const other = createParser({ onEvent: e => expected.push({ event: e.event || 'message', data: e.data }) })
        other.feed(text.replace(/^\ufeff/, ''))
        // The other decoder holds back a CR at the end, which may be half of a CRLF, until a comment follows.
        other.feed(':\n')
        const ours = decodeText(`${text}:\n`)
        expect(ours.events.map(({ event, data }) => ({ event, data }))).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('does not depend on where the bytes are split', () => {
    fc.assert(
      fc.property(stream, places, (text, at) => {
        const bytes = encoder.encode(text)
        expect(decode(split(bytes, at))).toEqual(decode([bytes]))
      }),
      { numRuns: 1000 },
    )
  })

  it('decodes any data, id and event name that was encoded by the standard', () => {
    const word = fc.string({ unit: 'grapheme' }).map(text => text.replace(/[\r\n\0]/g, ''))
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word, fc.string())), places, (sent, at) => {
        const text = sent
          .map(([event, id, data]) => `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`)
          .join('')
        const { events } = decode(split(encoder.encode(text), at))
        expect(events).toEqual(
          sent.map(([event, id, data]) => ({ event: event || 'message', id, data: JSON.stringify(data) })),
        )
      }),
    )
  })

  it.each([
    ['strips one byte order mark, not two', '\ufeff\ufeffdata: a\n\ndata: b\n\n', ['b']],
    ['strips one space only', 'data:  a\n\n', [' a']],
    ['joins data lines', 'data: a\ndata\ndata: b\n\n', ['a\n\nb']],
    ['discards an unfinished event', 'data: a\n\ndata: b\n', ['a']],
    ['ignores comments and unknown fields', ': x\nfoo: y\ndata: a\n\n', ['a']],
  ])('%s', (_, text, data) => {
    expect(decodeText(text).events.map(event => event.data)).toEqual(data)
  })

  it('keeps an id for later events, even from a block without data, until an empty one clears it', () => {
    const { events, lastEventId } = decodeText(
      'id: 1\ndata: a\n\ndata: b\n\nid: 2\n\ndata: c\n\nid\ndata: d\n\nid: 9\n',
    )
    expect(events.map(event => event.id)).toEqual(['1', '1', '2', ''])
    expect(lastEventId).toBe('')
  })

  it('accepts only digits for retry', () => {
    expect(decodeText('retry: 10\nretry: 1e3\nretry:\nretry: -5\nretry: 0\n').retries).toEqual([10, 0])
  })

  it('decodes 10 MB in small chunks', () => {
    const data = 'x'.repeat(10_000_000)
    const bytes = encoder.encode(`data: ${data}\n\n`)
    const chunks = Array.from({ length: Math.ceil(bytes.length / 16_384) }, (_, i) =>
      bytes.slice(i * 16_384, (i + 1) * 16_384),
    )
    expect(decode(chunks).events[0]?.data.length).toBe(data.length)
  })
})
