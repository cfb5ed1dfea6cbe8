import fc from 'fast-check'
import { clean, cleanColored, escapeHidden, hiddenIn, indented } from '../../text/display'

describe('hidden characters and those that affect other text', () => {
  test.each([
    ['invoice\u202egpj.exe', 'invoice\ufffdgpj.exe'],
    ['a\u2066b\u2069c\u200ed\u200fe\u061cf', 'a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf'],
    ['zero\u200bwidth\u2060and\ufeffmark', 'zero\ufffdwidth\ufffdand\ufffdmark'],
    ['pay\u00adpal', 'pay\ufffdpal'],
    ['ro\u200dot', 'ro\ufffdot'],
    ['adm\ufe0fin', 'adm\ufffdin'],
    ['tags\u{e0068}\u{e0069}', 'tags\ufffd\ufffd'],
    ['nul\0 and lone \ud83d', 'nul\ufffd and lone \ufffd'],
    ['hangul \u3164 filler', 'hangul \ufffd filler'],
    ['\x1b]0;title\x07after \x1b[2Jall \x9b31m', 'after all \ufffd31m'],
  ])('are replaced: %j', (given, shown) => expect(clean(given)).toBe(shown))

  test.each([
    ['family 👩‍👩‍👧, flag 🏳️‍🌈, skin 👍🏽, heart ❤️, key 1️⃣'],
    ['Scotland 🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'],
    ['שלום עולם, مرحبا بالعالم'],
    ['می‌خواهم'],
    ['ക്‍ and क्‍ष'],
    ['葛\u{e0100} 健康診断 naïve e\u0301'],
  ])('are kept where scripts need them: %s', text => {
    expect(clean(text)).toBe(text)
    expect(hiddenIn(text)).toEqual([])
  })

  test.each(['\n', '\r', '\r\n', '\v', '\f', '\x85', '\u2028', '\u2029'])(
    'the line break %j cannot forge a line',
    mark => {
      expect(clean(`a${mark}b`)).toBe('a b')
      expect(indented(clean(`a${mark}b`, true))).toBe('a\n    b')
    },
  )

  test('any input results in one line of visible text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(clean(text)).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u)
        expect(clean(text, true)).not.toMatch(/[\0-\x08\v-\x1f\x7f-\x9f\u2028\u2029]/)
      }),
    )
  })
})

test('colors can be kept, and are reset at the end', () => {
  expect(cleanColored('\x1b[31mred\x1b[2J')).toBe('\x1b[31mred\x1b[0m')
  expect(cleanColored('plain\nlines')).toBe('plain\nlines')
})

test('JSON with escapes has the same value', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const json = escapeHidden(JSON.stringify({ text }))
      expect(JSON.parse(json)).toEqual({ text })
      expect(hiddenIn(json)).toEqual([])
    }),
  )
})
