import { decodeText } from '../../text/decode'

const utf16 = (text: string) => Buffer.from(text, 'utf16le')

test.each([
  ['UTF-8', Buffer.from('größe 😀')],
  ['UTF-8 with a byte order mark', Buffer.from('\ufeffgröße 😀')],
  ['UTF-16, little end first', utf16('\ufeffgröße 😀')],
  ['UTF-16, big end first', utf16('\ufeffgröße 😀').swap16()],
])('%s', (_name, bytes) => expect(decodeText(bytes)).toBe('größe 😀'))

test.each([
  ['Latin-1', Buffer.from('größe', 'latin1')],
  ['UTF-8 that is cut off', Buffer.from('größe 😀').subarray(0, -1)],
  ['UTF-16 with half a character', utf16('\ufeff😀').subarray(0, -2)],
  ['UTF-16 with an odd number of bytes', utf16('\ufeffgröße').subarray(0, -1)],
])('%s is refused if fatal, otherwise repaired', (_name, bytes) => {
  // by name, because the error class is from another realm
  expect(() => decodeText(bytes, { fatal: true })).toThrow(expect.objectContaining({ name: 'TypeError' }))
  expect(decodeText(bytes)).toContain('\ufffd')
})

test('empty input', () => expect(decodeText(Buffer.alloc(0))).toBe(''))
