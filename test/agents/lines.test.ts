import fc from 'fast-check'
import { LINE_BYTES_MAX, LineReader } from '../../agent/logs/lines'
import { Position } from '../../agent/logs/position'
import { frameOf } from '../../load/agents/stub-shapes'

const T1 = '2026-01-02T03:04:05.678901234Z'
const T2 = '2026-01-02T03:04:06.5Z'
const at = Date.parse

const textsOf = (framed: boolean, chunks: Buffer[]) => {
  const reader = new LineReader(framed, 0)
  return [...chunks.flatMap(chunk => reader.read(chunk)), ...reader.end()]
}

test('lines are the same however the bytes are split, also within headers, times and characters', () => {
  const whole = Buffer.concat([
    frameOf('stdout', `${T1} ünï ✓ 𝄞\n`),
    frameOf('stderr', `${T2} \u001b[31mred\u001b[0m\r\n`),
    frameOf('stdout', `${T2} \n`),
    frameOf('stdout', `${T2} no end`),
  ])
  const expected = [
    { at: at('2026-01-02T03:04:05.678Z'), stream: 'stdout', text: 'ünï ✓ 𝄞' },
    { at: at(T2), stream: 'stderr', text: '\u001b[31mred\u001b[0m' },
    { at: at(T2), stream: 'stdout', text: '' },
    { at: at(T2), stream: 'stdout', text: 'no end' },
  ]
  expect(textsOf(true, [whole])).toEqual(expected)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 20 }), cuts => {
      const ends = [...cuts.sort((a, b) => a - b), whole.length]
      const chunks = ends.map((end, index) => whole.subarray(ends[index - 1] ?? 0, end))
      expect(textsOf(true, chunks)).toEqual(expected)
    }),
  )
})

test('a long line that the engine sends in parts, each with its time, is one line, also if another stream comes between', () => {
  const part = 'x'.repeat(16 * 1024)
  const chunks = [
    frameOf('stdout', `${T1} ${part}`),
    frameOf('stderr', `${T2} between\n`),
    frameOf('stdout', `${T1} ${part}`),
    frameOf('stdout', `${T1} end\n`),
  ]
  const lines = textsOf(true, chunks)
  expect(lines.map(({ text }) => text)).toEqual(['between', `${part}${part}end`])
  expect(lines[1]?.at).toBe(at('2026-01-02T03:04:05.678Z'))
})

test('a line beyond the limit is cut between characters, and says so', () => {
  const [line] = textsOf(true, [
    frameOf('stdout', `${T1} ${'ü'.repeat(LINE_BYTES_MAX)}\n`),
    frameOf('stdout', `${T1} next\n`),
  ])
  expect(line).toMatchObject({ text: 'ü'.repeat(LINE_BYTES_MAX / 2), truncated: true })
})

test('the output of a terminal has no frames, and lines end with CR LF', () => {
  const lines = textsOf(false, [Buffer.from(`${T1} one\r\n${T2} t`), Buffer.from('wo\r\n')])
  expect(lines.map(({ text, stream }) => [text, stream])).toEqual([
    ['one', 'stdout'],
    ['two', 'stdout'],
  ])
})

test('bytes that are no frames are noticed', () => {
  expect(() => textsOf(true, [Buffer.from('2026-01-01 hello')])).toThrow('not in frames')
})

test('after an interruption, what was taken over before is recognized, also several equal lines in the same second', () => {
  const line = (second: number, text: string) => ({ at: second * 1_000, stream: 'stdout' as const, text })
  const position = new Position(1_000)
  const before = [line(4, 'old'), line(5, 'same'), line(5, 'same'), line(5, 'other')]
  for (const each of before) position.took(each)
  expect(position.resume()).toBe(4_000)
  const again = [...before, line(5, 'same'), line(6, 'new')]
  expect(again.filter(each => position.isNew(each))).toEqual([line(5, 'same'), line(6, 'new')])
  const saved = Position.fromJson(JSON.parse(JSON.stringify(position.toJson())))
  expect(saved.resume()).toBe(4_000)
  expect(before.some(each => saved.isNew(each))).toBe(false)
})

test('of a container that logs very much, only what is remembered is asked for again', () => {
  const position = new Position(0)
  for (let index = 0; index < 30_000; index++)
    position.took({ at: 10_000 + index / 100, stream: 'stdout', text: `${index}` })
  const since = position.resume()
  expect(since).toBeGreaterThan(10_000)
  expect(position.isNew({ at: since, stream: 'stdout', text: 'never seen' })).toBe(true)
})
