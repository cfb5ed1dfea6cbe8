import fc from 'fast-check'
import { pageOf, readCursor, writeCursor } from '../../src/api'
import { Problem } from '../../src/base/errors'
import { z } from '../../src/base/parse'

const shape = z.tuple([z.string(), z.uuid()])

test('a cursor decodes to its position, and anything else is refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uuid(), (name, id) => {
      const place: [string, string] = [name.toWellFormed(), id]
      expect(readCursor(writeCursor(place), shape)).toEqual(place)
    }),
  )
  fc.assert(
    fc.property(fc.string(), text => {
      expect(() => readCursor(text, shape)).toThrow(Problem)
    }),
  )
  expect(readCursor(undefined, shape)).toBeUndefined()
})

test('a page ends at its limit, and only has a cursor if more follows', () => {
  const place = (item: number) => item
  expect(pageOf([1, 2, 3], 2, place)).toEqual({ items: [1, 2], next_cursor: writeCursor(2) })
  expect(pageOf([1, 2], 2, place)).toEqual({ items: [1, 2], next_cursor: null })
  expect(pageOf([], 2, place)).toEqual({ items: [], next_cursor: null })
})
