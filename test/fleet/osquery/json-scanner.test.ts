import fc from 'fast-check'
import { JsonScanner } from '../../../src/fleet/osquery/json-scanner'

const TOO_LARGE = Symbol('too large')

/** Rebuilds a value scanned down to a depth. */
function rebuild(text: string | Buffer, cuts: number[], depth: number, bytesMax = 1_000_000) {
  const bytes = Buffer.from(text)
  const root: unknown[] = []
  const containers: unknown[] = [root]
  const place = (path: readonly string[], value: unknown) => {
    const parent = containers[path.length] as Record<string, unknown> | unknown[]
    const key = path.at(-1) ?? ''
    if (Array.isArray(parent)) parent.push(value)
    else Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true })
  }
  const scanner = new JsonScanner(
    {
      enters(path, isList) {
        if (path.length >= depth) return false
        const container = isList ? [] : {}
        place(path, container)
        containers[path.length + 1] = container
        return true
      },
      value: (path, part) => place(path, part === undefined ? TOO_LARGE : JSON.parse(part)),
    },
    bytesMax,
  )
  let from = 0
  for (const cut of [...new Set(cuts.map(each => each % (bytes.length + 1)))].sort((a, b) => a - b)) {
    scanner.write(bytes.subarray(from, cut))
    from = cut
  }
  scanner.write(bytes.subarray(from))
  return { value: root[0], scanner }
}

const container = fc.oneof(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), fc.array(fc.jsonValue()))

test('returns the same value as JSON.parse, however the text is split into chunks', () => {
  fc.assert(
    fc.property(container, fc.array(fc.nat()), fc.nat(4), fc.nat(3), (value, cuts, depth, spaces) => {
      const text = JSON.stringify(value, null, spaces)
      const { value: found, scanner } = rebuild(text, cuts, depth)
      expect(scanner.isComplete).toBe(true)
      expect(JSON.stringify(found)).toBe(JSON.stringify(JSON.parse(text)))
    }),
    { numRuns: 1_000 },
  )
})

test('accepts what JSON.parse accepts, and reports invalid JSON on its level', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 50 }).map(array => Buffer.from(array)),
    fc.string({ unit: fc.constantFrom(...'{}[]",:\\ 1ae'), maxLength: 30 }).map(text => Buffer.from(text)),
  )
  fc.assert(
    fc.property(bytes, fc.array(fc.nat()), (body, cuts) => {
      let expected: unknown
      try {
        expected = JSON.parse(body.toString('utf8'))
      } catch {
        expected = undefined
      }
      const scanner = new JsonScanner({ enters: path => path.length < 2, value: () => undefined }, 1_000)
      let from = 0
      for (const cut of cuts.map(each => each % (body.length + 1)).sort((a, b) => a - b)) {
        scanner.write(body.subarray(from, cut))
        from = cut
      }
      scanner.write(body.subarray(from))
      // A bare number ends only with what follows it.
      if (typeof expected === 'object' && expected !== null) expect(scanner.isComplete).toBe(true)
      if (scanner.isComplete) expect(scanner.fault).toBeUndefined()
    }),
    { numRuns: 5_000 },
  )
})

test('a value that is too large is reported as such, the others are not', () => {
  const { value } = rebuild(JSON.stringify({ a: ['x'.repeat(100), 'y'], b: 1 }), [10, 50], 2, 50)
  expect(value).toEqual({ a: [TOO_LARGE, 'y'], b: 1 })
})

test.each([
  '{"a" 1}',
  '{"a":}',
  '{"a":1,}',
  '{,}',
  '[1,]',
  '[,]',
  '{"a":1]',
  '[}',
  '{"a":1}x',
  '{1:2}',
  '{"\\q":1}',
  ']',
  '{"a":{"b":[1}}}',
])('%s is a fault', text => {
  expect(rebuild(text, [], 3).scanner.fault).toContain('not valid JSON')
})

test('a fault names where it is', () => {
  expect(rebuild('{"queries":{"q-17":[{},}]}}', [], 3).scanner.fault).toBe('queries.q-17.[]: not valid JSON')
})
