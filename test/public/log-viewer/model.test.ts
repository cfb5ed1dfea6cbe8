import type { LogLine } from '../../../public/client'
import { LogModel, NO_FILTER } from '../../../public/components/log-viewer/model'
import type { PageQuery } from '../../../public/components/log-viewer/source'
import { line } from '../support/scripted-server'

// Uses signals without Preact, which is only published as ES modules.
jest.mock('@preact/signals', () => jest.requireActual('@preact/signals-core'))

// Nothing is rendered here.
globalThis.requestAnimationFrame = () => 0

const lineOf = (number: number): LogLine => ({
  ...line(number * 2, number),
  level: number % 10 === 0 ? 'error' : 'info',
  message: number % 100 === 0 ? `needle ${number}` : `line ${number}`,
})
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => lineOf(from + i))

/** A server with these lines that responds like the API. */
function serverWith(lines: LogLine[]) {
  const requests: PageQuery[] = []
  const source = async (query: PageQuery) => {
    requests.push(query)
    const { after = 0, before = Number.POSITIVE_INFINITY, limit, order, level, q } = query
    const wanted = lines.filter(
      each =>
        each.seq > after &&
        each.seq < before &&
        (!level || level.split(',').includes(each.level)) &&
        (!q || each.message.includes(q)),
    )
    const items = order === 'desc' ? wanted.slice(-limit) : wanted.slice(0, limit)
    return { items, next_cursor: null, first_seq: 1, last_seq: lines.at(-1)?.seq ?? 0 }
  }
  return { requests, model: new LogModel(source) }
}

const holes = (model: LogModel) =>
  Array.from({ length: model.lines.rowCount }, (_, i) => model.lines.row(i)).filter(row => row?.kind === 'gap')

describe('a log', () => {
  it('loads older lines up to the first', async () => {
    const { model } = serverWith(range(1, 2_500))
    model.append(range(2_001, 2_500))
    expect(model.hasOlder.value).toBe(true)
    await model.loadOlder()
    expect(model.lines.firstLine).toBe(1_001)
    await model.loadOlder()
    expect([model.lines.firstLine, model.lines.lineCount, model.hasOlder.value]).toEqual([1, 2_500, false])
  })

  it('fills a gap from both ends', async () => {
    const { model } = serverWith(range(1, 5_000))
    model.append(range(1, 10))
    model.append(range(4_001, 4_010))
    for (let turn = 0; holes(model).length > 0 && turn < 10; turn++) {
      const [hole] = holes(model)
      if (hole?.kind === 'gap') await model.fill(hole)
    }
    expect([model.lines.lineCount, holes(model)]).toEqual([4_010, []])
  })

  it('marks a gap as lost if the server no longer has the lines', async () => {
    const { model } = serverWith([...range(1, 10), ...range(21, 30)])
    model.append([...range(1, 10), ...range(21, 30)])
    const [hole] = holes(model)
    if (hole?.kind === 'gap') await model.fill(hole)
    expect([...model.lostGaps.value]).toEqual([11])
    expect(holes(model)).toHaveLength(1)
  })

  it('goes to a distant line and keeps those in memory', async () => {
    const { model } = serverWith(range(1, 9_000))
    model.append(range(8_501, 9_000))
    expect(await model.goTo(3_000)).toBe(true)
    expect(model.lines.has(3_000)).toBe(true)
    expect(holes(model)).toHaveLength(1)
    expect(await model.goTo(99_999)).toBe(false)
  })

  it('explains why it cannot go to a line, and selects none', async () => {
    const { model } = serverWith(range(1_001, 1_300))
    model.append(range(1_201, 1_300))
    expect(await model.goTo(5_000)).toBe(false)
    expect(await model.whyMissing(5_000)).toBe('Line 5,000 does not exist; this log ends at line 1,300.')
    expect(await model.goTo(7)).toBe(false)
    expect(await model.whyMissing(7)).toBe('Line 7 is no longer stored; this log starts at line 1,001.')
    expect(model.selection).toBe(null)
  })

  it('filters on the server, and new lines in the browser', async () => {
    const { model, requests } = serverWith(range(1, 3_000))
    model.append(range(2_901, 3_000))
    await model.setFilter({ ...NO_FILTER, level: 'warn' })
    expect(requests.at(-1)).toMatchObject({ level: 'warn,error', order: 'desc' })
    model.append(range(3_001, 3_020))
    expect(model.lines.lineCount).toBe(302)
    expect(model.lines.lastLine).toBe(3_020)
    expect(holes(model)).toEqual([])
    await model.setFilter(NO_FILTER)
    expect(model.lines.lastLine).toBe(3_000)
  })

  it('finds matches that are not in memory', async () => {
    const { model } = serverWith(range(1, 9_000))
    model.append(range(8_901, 9_000))
    model.query.value = 'needle'
    const inMemory = model.matchesAfter(0)
    expect(inMemory).toEqual([9_000])
    expect(await model.findMatch(9_000, -1, inMemory)).toBe(8_900)
    expect(await model.findMatch(8_900, -1, model.matchesAfter(0))).toBe(8_800)
    expect(await model.findMatch(8_900, 1, model.matchesAfter(0))).toBe(9_000)
  })

  it('counts new lines while it does not follow', () => {
    const { model } = serverWith([])
    model.append(range(1, 5))
    model.follow(false)
    model.append(range(4, 8))
    expect(model.unseen.value).toBe(3)
    model.follow(true)
    expect(model.unseen.value).toBe(0)
  })

  it('starts over with its topic', () => {
    const { model } = serverWith([])
    model.append(range(50, 60))
    model.gap({ topic: 'job:a', reason: 'unknown_epoch', missed: null, from_seq: null, to_seq: null, reset: true })
    model.append(range(1, 3))
    expect([model.lines.firstLine, model.lines.lastLine]).toEqual([1, 3])
  })

  it('shows an error and keeps its lines', async () => {
    const model = new LogModel(() => Promise.reject(new Error('The server is unreachable.')))
    model.append(range(50, 60))
    await model.loadOlder()
    expect([model.problem.value, model.isLoading.value, model.lines.lineCount]).toEqual([
      'The server is unreachable.',
      false,
      11,
    ])
  })

  it('finds the next and previous error', async () => {
    const { model } = serverWith(range(1, 3_000))
    model.append(range(2_901, 3_000))
    expect(await model.findError(0, 1)).toBe(10)
    expect(await model.findError(10, 1)).toBe(20)
    expect(await model.findError(10, -1)).toBe(0)
    expect(await model.findError(0, -1)).toBe(3_000)
    expect(model.lines.has(20)).toBe(true)
  })

  it('copies a range that is not in memory', async () => {
    const { model } = serverWith(range(1, 3_000))
    model.append(range(2_901, 3_000))
    model.select(1_502, 500)
    expect(model.selection).toEqual({ from: 500, to: 1_502 })
    const copied = (await model.selectedText()).split('\n')
    expect([copied.length, copied[0], copied.at(-1)]).toEqual([1_003, 'needle 500', 'line 1502'])
  })
})
