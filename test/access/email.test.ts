import fc from 'fast-check'
import { foldEmail } from '../../src/access/email'

test.each([
  ['ADA@Example.ORG', 'ada@example.org'],
  [' ada@example.org\t', 'ada@example.org'],
  ['\u00a0ada@example.org\u3000', 'ada@example.org'],
  ['a\u200bd\u00ada@example.org', 'ada@example.org'],
  ['ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ', 'ada@example.org'],
  ['\u212aelvin@example.org', 'kelvin@example.org'],
  ['Straße@example.org', 'strasse@example.org'],
  ['STRAẞE@example.org', 'strasse@example.org'],
  ['ſam@example.org', 'sam@example.org'],
  ['jose\u0301@example.org', 'jos\u00e9@example.org'],
  // With its dot it is a different letter in every locale.
  ['\u0130vivi@example.org', 'i\u0307vivi@example.org'],
])('%j is %j', (email, folded) => {
  expect(foldEmail(email)).toBe(folded)
})

test('upper, lower and folded spellings of a text are folded to the same form', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const folded = foldEmail(text)
      expect(foldEmail(folded)).toBe(folded)
    }),
    { numRuns: 2_000 },
  )
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const letter = String.fromCodePoint(code)
    const folded = foldEmail(letter)
    if (
      foldEmail(folded) !== folded ||
      foldEmail(letter.toLowerCase()) !== folded ||
      foldEmail(letter.toUpperCase()) !== folded
    )
      throw new Error(`U+${code.toString(16)}`)
  }
})
