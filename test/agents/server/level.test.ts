import { Levels, levelOf } from '../../../src/agents/logs/level'
import { LineLimit } from '../../../src/agents/logs/line-limit'
import type { AgentRecord } from '../../../src/contract/agent-protocol'

test.each([
  ['ERROR something failed', 'error'],
  ['[warn] low disk', 'warn'],
  ['2026-01-01T10:00:00.123Z INFO started', 'info'],
  ['level=debug msg="x"', 'debug'],
  ['time="2026-01-01" level=warning msg=x', 'warn'],
  ['\u001b[31mERROR\u001b[0m red', 'error'],
  ['E0412 10:00:00.000000   1 file.go:1] no', 'error'],
  ['{"level":"fatal","msg":"x"}', 'error'],
  ['{"level":50,"msg":"x"}', 'error'],
  ['{"log":{"level":"warn"}}', 'warn'],
  ['{"severity":"NOTICE"}', 'info'],
  ['2026/01/01 10:00:00 [error] 7#7: no such file', 'error'],
  ['nothing to see', undefined],
  ['the error was handled', undefined],
  ['{not json', undefined],
  ['', undefined],
])('the level of %s', (line, level) => {
  expect(levelOf(line)).toBe(level)
})

test('a line that continues another has its level', () => {
  const levels = new Levels()
  const of = (line: string) => levels.of('web/stderr', line)
  expect(['ERROR: no', '    at a (b.js:1)', 'Caused by: x', 'next', '  indented'].map(of)).toEqual([
    ...['error', 'error', 'error', 'info', 'info'],
  ])
  expect(levels.of('db/stderr', '   at x')).toBe('info')
})

test('lines beyond the limit of a tenant become a gap, and others are not affected', () => {
  let now = 0
  const limit = new LineLimit(10, () => now)
  const log = (count: number): AgentRecord => ({
    ...{ t: 'log', container: 'web', id: 'abcdefabcdef' },
    lines: Array.from({ length: count }, (_, i) => ({ at: i, stream: 'stdout', text: 'x' })),
  })
  const kinds = (tenant: string, count: number, at = 0) =>
    limit.apply(tenant, [log(count), null], at).map(each => each?.t ?? null)
  expect(kinds('a', 100)).toEqual(['log', null])
  expect(limit.apply('a', [log(5)], 0)).toMatchObject([{ t: 'gap', dropped: 5, from: 0, to: 4, container: 'web' }])
  expect(kinds('a', 100, 60_000)).toEqual(['log', null]) // kept while there was no connection
  expect(kinds('b', 100)).toEqual(['log', null])
  now = 1_000
  expect(kinds('a', 10)).toEqual(['log', null])
})
