import { decodeText } from '../../text/decode'

const utf16 = (text: string) => Buffer.from(text, 'utf16le')

test.each([
  ['UTF-8', Buffer.from('größe 😀')],
  ['UTF-8 with a byte order mark', Buffer.from('\ufeffgröße 😀')],
  ['UTF-16, little end first', utf16('\ufeffgröße 😀')],
  ['UTF-16, big end first', utf16('\ufeffgröße 😀').swap16()],
])('%s', (_name, bytes) => expect(decodeText(bytes)).toBe('größe 😀'))

test('nothing', () => expect(decodeText(Buffer.alloc(0))).toBe(''))
