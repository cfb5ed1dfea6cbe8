import { spawn, spawnSync } from 'node:child_process'
import { parseInput } from '../../cli/input'
import { table } from '../../cli/output/table'
import { createTerminal } from '../../cli/output/terminal'
import { cut, jsonLine, widthOf } from '../../cli/output/text'
import { age, since } from '../../cli/output/times'
import { clean } from '../../text/display'
import { formatDuration } from '../../text/times'
import { enrolled } from '../fleet/osquery-agent'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { CommandLine, demo } from './cli'

describe('untrusted text cannot affect a terminal', () => {
  test.each([
    ['\x1b]0;title\x07after', 'after'],
    ['\x1b]52;c;aGk=\x1b\\after', 'after'],
    ['\x1b[2Jafter', 'after'],
    ['\x1b[31mred\x1b[0m', 'red'],
    ['a\x1bcb', 'ab'],
    ['bell\x07', 'bell\ufffd'],
    ['c1 \x9b31m', 'c1 \ufffd31m'],
    ['two\nlines\r\n', 'two lines '],
  ])('%j', (given, shown) => expect(clean(given)).toBe(shown))

  test('notes are always cleaned, data only on a terminal', () => {
    const printed = (isTTY: boolean) => {
      let text = ''
      const stream = { isTTY, write: (piece: string) => (text += piece) } as unknown as NodeJS.WriteStream
      const terminal = createTerminal({}, stream, stream)
      terminal.data('a,\x1b[2Jb\r\n')
      terminal.note('no "\x1b[2J\u202e"')
      return text
    }
    expect(printed(true)).toBe('a,b\nno "\ufffd"\n')
    expect(printed(false)).toBe('a,\x1b[2Jb\r\nno "\ufffd"\n')
  })

  test('JSON has no control characters and keeps its value', () => {
    const value = { text: 'a\x07\x1b[2J\x9b\x7fz' }
    expect(jsonLine(value)).toMatch(/^[\x20-\x7e]+\n$/)
    expect(JSON.parse(jsonLine(value))).toEqual(value)
  })
})

test.each([
  ['☕', 2],
  ['👩‍👧', 2],
  ['e\u0301', 1],
  ['ｶﾞ', 2],
])('%s takes %d columns', (text, columns) => expect(widthOf(text)).toBe(columns))

describe('tables', () => {
  const columns = [{ title: 'ID' }, { title: 'KIND', widthMin: 4 }, { title: 'WHY', widthMin: 6 }]
  const rows = [
    ['1234', 'health-check', 'the server did not answer in time'],
    ['5', '健康診断', '🙂'],
  ]
  test.each([1, 4, 8, 16, 17, 20, 40, 60, 200])('fit into %d columns', width => {
    for (const line of table(columns, rows, width).trimEnd().split('\n'))
      expect(widthOf(line)).toBeLessThanOrEqual(width)
  })

  test('are not cut if there is room', () => {
    expect(table(columns, rows, Number.POSITIVE_INFINITY)).toBe(
      'ID    KIND          WHY\n1234  health-check  the server did not answer in time\n5     健康診断      🙂\n',
    )
    expect(cut('健康診断', 5)).toBe('健康…')
  })
})

test('times', () => {
  expect([0, 999, 1_000, 65_000, 3_700_000, 90_000_000, 2_592_000_000].map(ms => formatDuration(ms))).toEqual([
    '0 ms',
    '999 ms',
    '1.0 s',
    '1 m 05 s',
    '1 h 01 m',
    '1 d 1 h',
    '30 d',
  ])
  const now = Date.parse('2026-01-02T00:00:00Z')
  expect(age('2026-01-01T23:59:30Z', now)).toBe('30s')
  expect(since('2h', now)).toBe('2026-01-01T22:00:00.000Z')
  expect(since('2026-01-01T00:00:00Z', now)).toBe('2026-01-01T00:00:00Z')
})

test('values of key=value', () => {
  const values = (...operands: string[]) => Object.values(parseInput(operands))
  expect(values('a=5', 'b=-1.5', 'c=true', 'd=null', 'e="5"', 'f=[1]', 'g={"x":1}')).toEqual([
    5,
    -1.5,
    true,
    null,
    '5',
    [1],
    { x: 1 },
  ])
  expect(values('a=007', 'b=12345678901234567890', 'c=1e3', 'd=', 'e=x=y', 'f=Infinity', 'g= 1')).toEqual([
    '007',
    '12345678901234567890',
    '1e3',
    '',
    'x=y',
    'Infinity',
    ' 1',
  ])
  expect(Object.getPrototypeOf(parseInput(['__proto__=5']))).toBe(Object.prototype)
  expect(() => parseInput(['a=1', 'a=2'])).toThrow('twice')
})

describe('on a terminal', () => {
  let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
  let app: TestApp
  let cli: CommandLine
  /** `script` of util-linux runs a command on a pseudo terminal. */
  const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0
  if (!hasScript) process.stderr.write('Skipped: terminal output (requires "script" of util-linux)\n')
  const onTerminal = hasScript ? test : test.skip

  beforeAll(async () => {
    parts = await appsOnFreshParts()
    app = await parts.start()
    cli = await CommandLine.install({ TAILRACE_URL: app.url, TAILRACE_TOKEN: app.token, TERM: 'xterm' })
  })

  afterAll(async () => {
    await parts.stop()
    await cli.remove()
  })

  const shown = (args: string, columns: number, env = {}) =>
    new Promise<string>((resolve, reject) => {
      const child = spawn(
        'script',
        ['-qec', `stty cols ${columns}; ${process.execPath} ${cli.program} ${args}`, '/dev/null'],
        { env: { ...cli.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
      )
      let text = ''
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk
      })
      child.once('error', reject)
      child.once('close', () => resolve(text))
    })

  onTerminal('lines are colored by level unless NO_COLOR is set', async () => {
    const { stdout } = await cli.run(['run', 'demo', demo({ lines: 2, fail_rate: 1 }), '--wait'])
    const tail = `tail job ${stdout.slice(0, 36)}`
    expect(await shown(tail, 200)).toContain('\x1b[31mERROR\x1b[0m')
    const plain = await shown(tail, 200, { NO_COLOR: '1' })
    expect(plain).toContain('ERROR')
    expect(plain).not.toContain('\x1b')
  })

  onTerminal('progress of a query stays in one line below the rows', async () => {
    const [agent] = await enrolled(app, 1, 'tty')
    const said = shown('query "select 1" --all', 60, { NO_COLOR: '1' })
    const [id = ''] = Object.keys((await agent?.next()) ?? {})
    await agent?.write({ [id]: { rows: [{ '1': 'x'.repeat(100) }] } })
    const text = await said
    expect(text).toContain('0 of 1 host answered, 1 pending')
    // What a terminal finally shows: each line after its last carriage return and erase.
    const lines = text
      .replaceAll('\r\n', '\n')
      .split('\n')
      .map(line => line.split('\r\x1b[K').at(-1))
    expect(lines.slice(1, 3)).toEqual(['HOST       1', `host-tty1  ${'x'.repeat(59)}…`])
    expect(lines[3]).toMatch(/^Query .* ended after .*: 1 of 1 host answered \(1 with rows\), 1 row\.$/)
  })

  onTerminal('tables fit the terminal', async () => {
    await cli.run(['run', 'demo', demo({ fail_rate: 1, lines: 2 }), '--wait'])
    expect(await shown('jobs', 50, { NO_COLOR: '1' })).toMatch(/^[0-9a-f-]{36} {2}✗ failed\r?$/m)
    for (const width of [30, 80, 100]) {
      const text = await shown('jobs', width, { NO_COLOR: '1' })
      const lines = text.replaceAll('\r', '').trimEnd().split('\n')
      expect(lines.length).toBeGreaterThan(1)
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width)
    }
  })
})
