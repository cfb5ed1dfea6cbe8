import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { segmentsOf } from '../../../public/components/log-viewer/ansi'
import { INK, RAISED, SELECTED_ROW } from '../../../public/components/log-viewer/colors'
import { contrast } from '../../../public/components/log-viewer/contrast'
import { ROOT } from '../../../src/base/root'

const THEME = readFileSync(join(ROOT, 'public/css/theme.css'), 'utf8')
const ROWS = ['raised', 'hover', 'warn-wash', 'error-wash', 'accent-wash']
const THEMES = ['light', 'dark'] as const

const themed = (name: string) => {
  const [, light, dark] = new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(THEME) ?? []
  return [light ?? '', dark ?? ''] as const
}
const shown = (color: string, theme: number) => {
  const [, light, dark] = /^light-dark\((#\w+), (#\w+)\)$/.exec(color) ?? []
  return [light, dark][theme] ?? color
}

/** The lowest contrast of a character in this style, over both themes and all kinds of rows. */
function lowest(codes: string): number {
  const [segment] = segmentsOf(`\x1b[${codes}mx`)
  const isDim = segment?.classes.includes('a-dim') ?? false
  return Math.min(
    ...THEMES.flatMap((_, theme) => {
      const own = themed(isDim ? 'ink-soft' : 'ink')[theme] ?? ''
      const text = segment?.color === undefined ? own : shown(segment.color, theme)
      const surfaces = segment?.background
        ? [shown(segment.background, theme)]
        : ROWS.map(row => themed(row)[theme] ?? '')
      return surfaces.map(surface => contrast(text, surface))
    }),
  )
}

const BASIC = [...Array(8).keys()].flatMap(at => [30 + at, 90 + at])
const TEXTS = ['39', ...BASIC.map(String)]
const BACKGROUNDS = ['49', ...BASIC.map(code => String(code + 10))]
const INDEXED = [...Array(256).keys()]
const TRUE = [0, 64, 118, 128, 190, 255].flatMap(r =>
  [0, 118, 255].flatMap(g => [0, 118, 255].map(b => `${r};${g};${b}`)),
)

describe('contrast of colored text is at least 4.5', () => {
  const unreadable = (all: string[]) => all.filter(codes => lowest(codes) < 4.5)

  it.each([
    ['plain', ''],
    ['bold', '1;'],
    ['dim', '2;'],
    ['inverse', '7;'],
    ['dim and inverse', '2;7;'],
  ])('in basic colors, %s', (_, style) => {
    expect(unreadable(TEXTS.flatMap(text => BACKGROUNDS.map(back => `${style}${text};${back}`)))).toEqual([])
  })

  it.each(['', '2;', '7;'])('in 256 colors, after %p', style => {
    expect(unreadable(INDEXED.map(at => `${style}38;5;${at}`))).toEqual([])
    expect(unreadable(INDEXED.flatMap(at => TEXTS.map(text => `${style}${text};48;5;${at}`)))).toEqual([])
  })

  it.each(['', '2;', '7;'])('in true colors, after %p', style => {
    expect(unreadable(TRUE.map(rgb => `${style}38;2;${rgb}`))).toEqual([])
    expect(unreadable(TRUE.flatMap(rgb => TRUE.map(back => `${style}38;2;${rgb};48;2;${back}`)))).toEqual([])
  })

  it('is computed with the colors of the theme', () => {
    expect([INK, RAISED, SELECTED_ROW]).toEqual([themed('ink'), themed('raised'), themed('accent-wash')])
  })
})

test('colors that can be read stay as they are', () => {
  expect(segmentsOf('\x1b[38;2;0;0;0;48;2;255;255;0mx')).toEqual([
    { text: 'x', classes: '', color: '#000000', background: '#ffff00' },
  ])
})
