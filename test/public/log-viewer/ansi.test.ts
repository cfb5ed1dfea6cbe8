import fc from 'fast-check'
import { segmentsOf, stripAnsi } from '../../../public/components/log-viewer/ansi'

const ESC = '\x1b'
const RED = 'light-dark(#b42525, #ff7b72)'

describe('ANSI colors', () => {
  it('turns codes into styles and leaves the text', () => {
    expect(segmentsOf(`a${ESC}[1;31mb${ESC}[22mc${ESC}[0md`)).toEqual([
      { text: 'a', classes: '' },
      { text: 'b', classes: 'a-bold', color: RED },
      { text: 'c', classes: '', color: RED },
      { text: 'd', classes: '' },
    ])
  })

  it.each([
    ['unknown', '38;5;999', {}],
    ['256 colors, basic', '38;5;1', { color: RED }],
    ['256 colors, cube', '38;5;208;48;5;16', { color: '#ff8700', background: '#000000' }],
    ['256 colors, gray', '38;5;255;48;5;232', { color: '#eeeeee', background: '#080808' }],
    ['true color', '48;2;1;2;300;97', { background: '#0102ff' }],
    ['true color, standard form', '38;5;15;48:2::1:2:3', { background: '#010203' }],
    ['inverse', '7;38;5;226', { background: '#ffff00' }],
  ])('%s', (_, code, look) => {
    expect(segmentsOf(`${ESC}[${code}mx`)).toEqual([expect.objectContaining({ text: 'x', classes: '', ...look })])
  })

  it('has bright colors', () => {
    expect(segmentsOf(`${ESC}[92mx`)).toEqual(segmentsOf(`${ESC}[38;5;10mx`))
    expect(segmentsOf(`${ESC}[103mx`)).toEqual(segmentsOf(`${ESC}[48;5;11mx`))
  })

  it('resets with an empty code', () => {
    expect(segmentsOf(`${ESC}[31m${ESC}[mx`)).toEqual([{ text: 'x', classes: '' }])
  })

  it('drops cursor movements, titles and links but keeps the text of links', () => {
    const link = `${ESC}]8;;http://x/${ESC}\\link${ESC}]8;;${ESC}\\`
    expect(stripAnsi(`${ESC}[2K${ESC}[1Ga${ESC}]0;title\x07b${link}`)).toBe('ablink')
  })

  it('never loses or adds text', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom(`${ESC}[`, 'm', ';', '38', ':', '2', `${ESC}]`, '\x07', ESC, '[0m'),
    )
    fc.assert(
      fc.property(fc.array(part), parts => {
        const message = parts.join('')
        expect(
          segmentsOf(message)
            .map(segment => segment.text)
            .join(''),
        ).toBe(stripAnsi(message))
      }),
      { numRuns: 1000 },
    )
  })
})
