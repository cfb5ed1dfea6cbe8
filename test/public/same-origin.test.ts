import fc from 'fast-check'
import { sameOriginUrl } from '../../public/same-origin'

const ORIGIN = 'http://tailrace.example:8080'

test.each([
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r\\evil.example',
  '\t//evil.example',
  ' //evil.example',
  '\u0000//evil.example',
  'http://tailrace.example/',
  'https://tailrace.example:8080/',
  'http://tailrace.example:8080@evil.example/',
  'http:\\\\evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  'blob:http://evil.example/1',
  'blob:http://tailrace.example:8080/1',
  'http://[',
  null,
])('%j is of another origin', text => {
  expect(sameOriginUrl(text, ORIGIN)).toBeUndefined()
})

test.each([
  ['/queue?status=failed#L3', '/queue?status=failed#L3'],
  ['queue', '/queue'],
  ['/.//evil.example', '//evil.example'],
  ['/%09/evil.example', '/%09/evil.example'],
  [`${ORIGIN}/jobs/1`, '/jobs/1'],
])('%j is of this origin', (text, path) => {
  const address = sameOriginUrl(text, ORIGIN)
  expect(address?.href).toBe(ORIGIN + path)
})

test('every accepted URL has this origin when it is followed', () => {
  const piece = fc.constantFrom('/', '\\', '\t', '\n', ' ', '.', ':', '@', '?', '#', 'http:', 'evil.example', '%09')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), pieces => {
      const address = sameOriginUrl(pieces.join(''), ORIGIN)
      if (address) expect(new URL(address.href, 'http://another.example').origin).toBe(ORIGIN)
    }),
  )
})
