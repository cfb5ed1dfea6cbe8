import fc from 'fast-check'
import { percentile } from '../../load/figures'
import { EventSplitter } from '../../load/viewing/events'
import { HttpBody } from '../../load/viewing/http-body'
import { Sight, Tally } from '../../load/viewing/tally'

const HEAD = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
const chunkOf = (body: string) => `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`

/** Splits bytes at the given positions and passes each piece in the same reused buffer, as the socket does. */
function feedInPieces(bytes: Buffer, cuts: number[], feed: (piece: Buffer) => void) {
  const places = [...new Set(cuts.map(cut => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  const shared = Buffer.alloc(bytes.length)
  for (const [i, from] of [0, ...places].entries()) {
    const length = bytes.copy(shared, 0, from, places[i] ?? bytes.length)
    if (length) feed(shared.subarray(0, length))
    shared.fill('!', 0, length)
  }
}

const text = fc.string({ unit: 'grapheme', maxLength: 400 }).map(each => JSON.stringify(each))
const cuts = fc.array(fc.nat(5_000), { maxLength: 40 })

describe('the reader of the load tests', () => {
  test('finds the same events however the bytes are split', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), cuts, fc.boolean(), (datas, places, whole) => {
        const sent = datas.map((data, i) => `event: logs\nid: e.${i}\ndata: ${data}`)
        const bytes = Buffer.from(HEAD + sent.map(each => chunkOf(`${each}\n\n`)).join('') + chunkOf(''))
        const heads: string[] = []
        const tails: string[] = []
        const splitter = new EventSplitter(whole, (head, tail) => {
          heads.push(head)
          tails.push(tail)
        })
        const body = new HttpBody(piece => splitter.feed(piece))
        feedInPieces(bytes, places, piece => body.feed(piece))
        expect(body.status).toBe(200)
        expect(body.ended).toBe(true)
        expect(heads).toEqual(sent.map(each => Buffer.from(each).toString('latin1', 0, 96)))
        if (whole) expect(tails).toEqual(sent)
        else for (const [i, tail] of tails.entries()) expect(sent[i]?.endsWith(tail.slice(-40))).toBe(true)
      }),
    )
  })

  test('reads a body without chunks', () => {
    const found: string[] = []
    const splitter = new EventSplitter(true, (_, event) => found.push(event))
    const body = new HttpBody(piece => splitter.feed(piece))
    body.feed(Buffer.from('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ndata: 1\n\nda'))
    body.feed(Buffer.from('ta: 2\n'))
    body.feed(Buffer.from('\n'))
    expect(found).toEqual(['data: 1', 'data: 2'])
  })
})

/** One `logs` event as the server frames it. */
function logs(lines: number[], firstSeq: number, messageOf = (line: number) => `line ${line}`) {
  const all = lines.map(line => ({ line, message: messageOf(line), source: 'demo' }))
  const meta = { topic: 'job:1', first_seq: firstSeq, last_seq: firstSeq + lines.length - 1, history: false }
  return `event: logs\nid: e.${meta.last_seq}\ndata: ${JSON.stringify({ logs: all, meta })}`
}

function faultsOf(look: 'count' | 'check', events: string[]) {
  const tally = new Tally()
  const sight = new Sight(tally, look, line => `line ${line}`)
  for (const event of events) sight.take(event.slice(0, 96), event)
  return { faults: tally.faultCount, lines: sight.lines, lastId: sight.lastId }
}

describe('checks of a viewer', () => {
  test.each(['count', 'check'] as const)('%s: lines in order cause no fault', look => {
    expect(faultsOf(look, [logs([1, 2], 1), logs([3], 3)])).toEqual({ faults: 0, lines: 3, lastId: 'e.3' })
  })

  test.each([
    ['count', 'a hole', [logs([1, 2], 1), logs([4], 4)]],
    ['check', 'a hole', [logs([1, 2], 1), logs([4], 4)]],
    ['count', 'a repetition', [logs([1, 2], 1), logs([2, 3], 2)]],
    ['check', 'a repetition', [logs([1, 2], 1), logs([2, 3], 2)]],
    ['check', 'another text', [logs([1], 1, () => 'something else')]],
    ['count', 'a gap event', ['event: gap\nid: e.9\ndata: {}']],
  ] as const)('%s: %s is a fault', (look, _, events) => {
    expect(faultsOf(look, [...events]).faults).toBeGreaterThan(0)
  })

  test('each event of a peer is one line', () => {
    const events = [
      'id: 1:0\ndata: {}',
      'event:message\nid:x\ndata:{}',
      'data: {}',
      'event: ping\nid: 1\ndata: {}',
      ': hi',
    ]
    expect(faultsOf('count', events)).toMatchObject({ faults: 0, lines: 3 })
  })
})

test('percentiles use the nearest rank', () => {
  expect(percentile([5, 1, 3, 2, 4], 0.5)).toBe(3)
  expect(percentile([5, 1, 3, 2, 4], 0.99)).toBe(5)
  expect(percentile([], 0.5)).toBeNaN()
})
