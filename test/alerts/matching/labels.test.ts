import {
  compareBytes,
  DurationError,
  faultOfLabels,
  fingerprintOf,
  formatDuration,
  MatcherIndex,
  parseDuration,
  parseMatchers,
  sortedNames,
  withoutEmpty,
} from '../../../src/alerts/matching'

/** FNV-1a with 64 bits as its definition says. */
function expectedFingerprint(labels: Record<string, string>): string {
  let hash = 0xcbf29ce484222325n
  const names = Object.keys(labels).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  for (const text of names.flatMap(name => [name, labels[name] as string]))
    for (const byte of [...Buffer.from(text), 0xff]) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return hash.toString(16).padStart(16, '0')
}

test('fingerprints are those of Alertmanager', () => {
  expect(fingerprintOf({ node: 'bar', alertname: 'foo2' })).toBe('e547c40fadc8c5c9')
  expect(fingerprintOf({ x: 'y' })).toBe('725f725716f98d94')
  expect(fingerprintOf({ '🙂': '2', '～': '1' })).toBe('af695c670ce9e3be')
  expect(fingerprintOf({ x: 'y', z: '' })).toBe('725f725716f98d94')
})

test('fingerprints follow the definition for any text', () => {
  const texts = ['a', 'é', '한', '🙂', '\0', '\x7f\x80\u07ff\u0800\uffff', 'x'.repeat(500), '\u{10ffff}']
  const sets = texts.map((text, i) => ({ [text]: texts[(i + 3) % texts.length] as string, job: text }))
  for (const labels of sets) expect(fingerprintOf(labels)).toBe(expectedFingerprint(labels))
})

test('names are sorted by the bytes of their UTF-8', () => {
  expect(sortedNames({ '🙂': '', '～': '', b: '', B: '', ab: '', a: '' })).toEqual(['B', 'a', 'ab', 'b', '～', '🙂'])
  expect(compareBytes('a', 'a')).toBe(0)
})

test('names and values must be UTF-8, and empty values are no labels', () => {
  expect(faultOfLabels({ '🙂 a': 'x', '1bad': '' })).toBeUndefined()
  expect(faultOfLabels({ '': 'x' })).toBe('invalid name ""')
  expect(faultOfLabels({ a: '\ud800' })).toBe('invalid value "\\ud800"')
  expect(withoutEmpty({ a: '', b: 'c' })).toEqual({ b: 'c' })
  expect(Object.entries(withoutEmpty(JSON.parse('{"__proto__":"x","a":""}')))).toEqual([['__proto__', 'x']])
})

test('an index finds the sets that match, in their order', () => {
  const texts = [
    'severity!~"info.*"',
    'job="api", instance=~"web-.*"',
    'instance=~"web-1|web-2"',
    'team=""',
    'instance=~".+"',
    'job="db"',
    'zz=~"a|b", job!="api"',
    'constructor=~".+"',
    'job="api", job="db"',
  ]
  const index = new MatcherIndex(texts.map(text => ({ matchers: parseMatchers(text), value: text })))
  expect(index.matching({ job: 'api', instance: 'web-1' })).toEqual([0, 1, 2, 3, 4].map(i => texts[i]))
  expect(index.matching({ job: 'db', zz: 'b', severity: 'info', team: 'x' })).toEqual([5, 6].map(i => texts[i]))
  expect(index.matching({})).toEqual([texts[0], texts[3]])
})

test.each([
  ['0', 0, '0s'],
  ['0s', 0, '0s'],
  ['1500ms', 1_500, '1s500ms'],
  ['1h30m', 5_400_000, '1h30m'],
  ['90d', 90 * 86_400_000, '90d'],
  ['14d', 14 * 86_400_000, '2w'],
  ['1y', 365 * 86_400_000, '1y'],
  ['26h', 26 * 3_600_000, '1d2h'],
])('the duration %s is %d ms, written %s', (text, ms, written) => {
  expect(parseDuration(text)).toBe(ms)
  expect(formatDuration(ms)).toBe(written)
})

test.each([
  ['', 'empty duration string'],
  ['1.5s', 'not a valid duration string: "1.5s"'],
  ['1m1h', 'not a valid duration string: "1m1h"'],
  ['-1s', 'not a valid duration string: "-1s"'],
  ['10', 'not a valid duration string: "10"'],
  ['300y', 'duration out of range'],
])('refuses the duration %j', (text, message) => {
  expect(() => parseDuration(text)).toThrow(new DurationError(message))
})
