import { contrast, mix } from './contrast'

/** A number of the 16 basic colors, a hex value, the text or background color of the page, or none. */
export type Color = number | `#${string}` | 'ink' | 'row' | null

/** A color in the light and in the dark theme, as hex values. */
type Themed = readonly [light: string, dark: string]

/** WCAG 2.2, 1.4.3: for text of normal size. */
const CONTRAST_MIN = 4.5
const DIM = 0.35
/** Must equal `--ink` and `--raised` in css/theme.css. */
export const INK: Themed = ['#17211f', '#dfe7e6']
export const RAISED: Themed = ['#ffffff', '#151b1e']
/** The kind of row on which text is hardest to read: a selected one. Must equal `--accent-wash` in css/theme.css. */
export const SELECTED_ROW: Themed = ['#e8ebfb', '#1e2544']

const TEXTS: readonly Themed[] = [
  ['#000000', '#6b7780'],
  ['#b42525', '#ff7b72'],
  ['#1d7a37', '#56d364'],
  ['#8a6100', '#e3b341'],
  ['#2257c4', '#79b8ff'],
  ['#8a3aa8', '#d2a8ff'],
  ['#0f7483', '#56d4dd'],
  ['#6b7280', '#c3ccd4'],
  ['#5b6470', '#8b98a2'],
  ['#d03434', '#ffa198'],
  ['#22913f', '#7ee787'],
  ['#a37300', '#f2cc60'],
  ['#2f6fe4', '#a5d0ff'],
  ['#a34cc4', '#e2c5ff'],
  ['#1590a3', '#7ee7ef'],
  ['#3f4752', '#ffffff'],
]

/** Black, white and grays are what they say as backgrounds; as text they are such that they stand out. */
const GRAY_BACKGROUNDS: Record<number, Themed> = {
  0: ['#000000', '#000000'],
  7: ['#c3ccd4', '#c3ccd4'],
  8: ['#6b7780', '#6b7780'],
  15: ['#ffffff', '#ffffff'],
}

/** CSS colors; absent where the text looks like any other. */
export interface Look {
  color?: string
  background?: string
}

const CACHED_MAX = 1_000
const cached = new Map<string, Look>()

/** How text looks in these colors. They are changed as little as makes it readable, in both themes. */
export function lookOf(text: Color, background: Color, isDim: boolean): Look {
  const key = `${text} ${background} ${isDim}`
  const known = cached.get(key)
  if (known) return known
  if (cached.size >= CACHED_MAX) cached.clear()
  const look = compute(text, background, isDim)
  cached.set(key, look)
  return look
}

function compute(text: Color, background: Color, isDim: boolean): Look {
  const back = background === null ? null : backgroundOf(background)
  if (!back && text === null) return {}
  const front = textOf(text)
  const shown = ([0, 1] as const).map(theme => {
    const surface = (back ?? SELECTED_ROW)[theme]
    return readable(isDim ? mix(front[theme], surface, DIM) : front[theme], surface)
  })
  return { color: cssOf(shown), ...(back && { background: cssOf(back) }) }
}

function textOf(color: Color): Themed {
  if (color === 'row') return RAISED
  if (color === 'ink' || color === null) return INK
  return typeof color === 'number' ? (TEXTS[color] ?? INK) : [color, color]
}

function backgroundOf(color: Exclude<Color, null>): Themed {
  return typeof color === 'number' ? (GRAY_BACKGROUNDS[color] ?? textOf(color)) : textOf(color)
}

/** The text color, moved towards black or white until it can be read on the surface. */
function readable(text: string, surface: string): string {
  if (contrast(text, surface) >= CONTRAST_MIN) return text
  const target = contrast('#000000', surface) > contrast('#ffffff', surface) ? '#000000' : '#ffffff'
  for (let share = 0.1; share < 1; share += 0.1) {
    const moved = mix(text, target, share)
    if (contrast(moved, surface) >= CONTRAST_MIN) return moved
  }
  return target
}

const cssOf = ([light, dark]: readonly string[]) => (light === dark ? `${light}` : `light-dark(${light}, ${dark})`)
