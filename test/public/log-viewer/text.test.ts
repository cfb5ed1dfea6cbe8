import fc from 'fast-check'
import { segmentsOf } from '../../../public/components/log-viewer/ansi'
import { highlight, patternOf } from '../../../public/components/log-viewer/highlight'
import { visiblePieces } from '../../../public/components/log-viewer/visible'

describe('invisible characters', () => {
  it('are shown as marks', () => {
    const shown = visiblePieces('a\nb\r\0\u202e\ud800😀\tc').map(({ text, isMark }) => (isMark ? `<${text}>` : text))
    expect(shown.join('')).toBe('a<⏎>b<\\r><\\x00><\\u202e><\\ud800>😀\tc')
  })

  it('never break a row', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const shown = visiblePieces(text)
          .map(piece => piece.text)
          .join('')
        expect(shown).not.toMatch(/[\n\r\v\f\u2028\u2029\u0085]/)
      }),
    )
  })
})

describe('search', () => {
  const marked = (message: string, query: string) =>
    highlight(segmentsOf(message), patternOf(query))
      .map(({ text, classes }) => (/\bmatch\b/.test(classes) ? `<${text}>` : text))
      .join('')

  it('marks every match, case-insensitively', () => {
    expect(marked('Error: an error.', 'ERROR')).toBe('<Error>: an <error>.')
  })

  it('matches plain text literally, and a regular expression between slashes', () => {
    expect(marked('a.b axb', 'a.b')).toBe('<a.b> axb')
    expect(marked('a.b axb', '/a.b/')).toBe('<a.b> <axb>')
    expect(patternOf('/(/')).toBeNull()
    expect(patternOf('')).toBeNull()
  })

  it('marks a match across a change of color', () => {
    expect(marked('xab\x1b[31mcd\x1b[0my', 'bc')).toBe('xa<b><c>dy')
  })

  it('never changes the text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ maxLength: 3 }), (message, query) => {
        const text = highlight(segmentsOf(message), patternOf(query))
          .map(segment => segment.text)
          .join('')
        expect(text).toBe(
          segmentsOf(message)
            .map(segment => segment.text)
            .join(''),
        )
      }),
    )
  })
})
