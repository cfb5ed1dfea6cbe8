import fc from 'fast-check'
import { csvRecord, csvTable } from '../../src/base/csv'

const cell = (value: unknown) => csvRecord([value]).slice(0, -2)

test.each([
  ['=1+1', "'=1+1"],
  ['+1+1|x', "'+1+1|x"],
  ["-2+3+cmd|'/c calc'!A0", "'-2+3+cmd|'/c calc'!A0"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['＝1+1', "'＝1+1"],
  ['＋1+1', "'＋1+1"],
  ['－1+1', "'－1+1"],
  ['＠SUM(A1)', "'＠SUM(A1)"],
  ['  =1+1', "'  =1+1"],
  ['\u00a0=1+1', "'\u00a0=1+1"],
  ['\u200b\ufeff=1+1', "'\u200b\ufeff=1+1"],
  ['﹦1+1', "'﹦1+1"],
  ['﹢1', "'﹢1"],
  ['﹣1', "'﹣1"],
  ['﹫SUM(A1)', "'﹫SUM(A1)"],
  ['−1+1', "'−1+1"],
  ['\u034f\u3164\ufe0f=1+1', "'\u034f\u3164\ufe0f=1+1"],
  ['\t=1+1', '"\'\t=1+1"'],
  ['\r=1+1', '"\'\r=1+1"'],
  ['\n=1+1', '"\'\n=1+1"'],
  ['\tx', '"\'\tx"'],
  ['-', "'-"],
  ['--1', "'--1"],
  ['-1-1', "'-1-1"],
  ['-1e5+2', "'-1e5+2"],
  ['+49 170 1234', "'+49 170 1234"],
  ['-Infinity', "'-Infinity"],
  ['- 1', "'- 1"],
  ['=', "'="],
  [{ toJSON: () => '=1' }, '"""=1"""'],
])('%j is not a formula any more', (value, shown) => {
  expect(cell(value)).toBe(shown)
})

test.each([
  ['-1', '-1'],
  ['+1', '+1'],
  ['-1.5', '-1.5'],
  ['-.5', '-.5'],
  ['1e-5', '1e-5'],
  ['-1E+10', '-1E+10'],
  [-2, '-2'],
  ['a=b', 'a=b'],
  [' a', ' a'],
  ['a,b', '"a,b"'],
  ['a;b', '"a;b"'],
  ['a"b', '"a""b"'],
  ['', ''],
  [null, ''],
  [undefined, ''],
  [0, '0'],
  [false, 'false'],
])('%j is written unchanged', (value, shown) => {
  expect(cell(value)).toBe(shown)
})

test('no cell starts like a formula unless it is a number', () => {
  const piece = fc.constantFrom(...'=+-@＝＋－＠\t\r\n \u00a0\u200b"\',;|0123.eE'.split(''), 'cmd', 'SUM(A1)')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), pieces => {
      const shown = cell(pieces.join(''))
      const value = shown.startsWith('"') ? shown.slice(1, -1).replaceAll('""', '"') : shown
      const isSafe = !/^[\s\u200b]*[=+\-@＝＋－＠]|^[\t\r\n]/.test(value)
      expect(isSafe || Number.isFinite(Number(value))).toBe(true)
    }),
    { numRuns: 5_000 },
  )
})

async function* onePage(...rows: unknown[][]) {
  yield rows
}

async function headOf(own: string[], given: string[], bom = false) {
  let text = ''
  for await (const piece of csvTable({ own, given, pages: onePage([]), bom })) text += piece
  return text.split('\r\n')[0]
}

test.each([
  [['host_id', 'hostname'], ['name'], 'host_id,hostname,name'],
  [['host_id', 'hostname'], ['hostname', 'host_id', 'x'], 'host_id,hostname,result_hostname,result_host_id,x'],
  [['name'], ['name', 'result_name'], 'name,result_name_2,result_name'],
  [['name'], ['result_name', 'name'], 'name,result_name,result_name_2'],
  [['a'], ['x', 'x', 'x'], 'a,x,result_x,result_x_2'],
  [['a'], ['=1'], "a,'=1"],
])('next to %j the columns %j are named %j', async (own, given, head) => {
  expect(await headOf(own, given)).toBe(head)
})

test('all names in a header row are unique, whatever the columns are called', async () => {
  const name = fc.constantFrom('a', 'b', 'result_a', 'result_a_2', 'result_b', 'result_result_a')
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name), fc.array(name, { maxLength: 6 }), async (own, given) => {
      const head = (await headOf(own, given))?.split(',').filter(Boolean) ?? []
      expect(new Set(head).size).toBe(own.length + given.length)
    }),
  )
})

test('a byte order mark comes first', async () => {
  expect(await headOf(['a'], [], true)).toBe('\ufeffa')
})
