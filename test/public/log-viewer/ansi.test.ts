import fc from 'fast-check'
import { segmentsOf, stripAnsi } from '../../../public/components/log-viewer/ansi'

const ESC = '\x1b'

describe('ANSI colours', () => {
  it('turns codes into classes and leaves the text', () => {
    expect(segmentsOf(`a${ESC}[1;31mb${ESC}[22mc${ESC}[0md`)).toEqual([
      { text: 'a', classes: '' },
      { text: 'b', classes: 'a-bold a-fg-1' },
      { text: 'c', classes: 'a-fg-1' },
      { text: 'd', classes: '' },
    ])
  })

  it.each([
    ['bright', '92', { classes: 'a-fg-10' }],
    ['background', '103', { classes: 'a-bg-11' }],
    ['256 colours, basic', '38;5;9', { classes: 'a-fg-9' }],
    ['256 colours, cube', '38;5;208', { classes: '', color: '#ff8700' }],
    ['256 colours, grey', '48;5;232', { classes: '', background: '#080808' }],
    ['true colour', '38;2;1;2;300', { classes: '', color: '#0102ff' }],
    ['true colour, standard form', '38:2::1:2:3', { classes: '', color: '#010203' }],
    ['inverse', '7;31', { classes: 'a-fg-bg a-bg-1' }],
    ['unknown', '38;5;999', { classes: '' }],
  ])('%s', (_, code, look) => {
    expect(segmentsOf(`${ESC}[${code}mx`)).toEqual([{ text: 'x', ...look }])
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
