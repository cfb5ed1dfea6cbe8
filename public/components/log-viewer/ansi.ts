import { type Color, type Look, lookOf } from './colors'

/** A piece of text in one style. */
export interface Segment extends Look {
  text: string
  /** Class names, separated by spaces; `''` for plain text. */
  classes: string
}

/** CSI (colors and cursor), OSC (titles, links) and two-character escapes of ECMA-48. */
const ESCAPES = /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\^_]/g

/** The text without escape sequences, for searching and copying. */
export const stripAnsi = (message: string) => (message.includes('\x1b') ? message.replace(ESCAPES, '') : message)

/** Splits a message into segments of one style. Cursor movements and links are dropped; their text stays. */
export function segmentsOf(message: string): Segment[] {
  if (!message.includes('\x1b')) return message === '' ? [] : [{ text: message, classes: '' }]
  const segments: Segment[] = []
  const pen = new Pen()
  let from = 0
  const add = (to: number) => {
    if (to > from) segments.push({ text: message.slice(from, to), ...pen.look() })
  }
  for (const match of message.matchAll(ESCAPES)) {
    add(match.index)
    from = match.index + match[0].length
    if (match[2] === 'm') pen.apply(match[1] ?? '')
  }
  add(message.length)
  return segments
}

const FLAGS: Record<number, string> = { 1: 'bold', 2: 'dim', 3: 'italic', 4: 'underline', 9: 'strike' }
const OFF: Record<number, string[]> = { 22: ['bold', 'dim'], 23: ['italic'], 24: ['underline'], 29: ['strike'] }

/** The current style, as set by Select Graphic Rendition (ECMA-48 section 8.3.117). */
class Pen {
  private flags = new Set<string>()
  private front: Color = null
  private back: Color = null
  private isInverse = false

  apply(parameters: string) {
    // `38:2::r:g:b` is the form of the standard, `38;2;r;g;b` the common one.
    const codes = parameters.split(';').flatMap(part => (part.includes(':') ? flatColor(part) : [Number(part)]))
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i] ?? 0
      if (code === 38 || code === 48) {
        const { color, used } = extended(codes.slice(i + 1))
        if (code === 38) this.front = color
        else this.back = color
        i += used
      } else this.set(code)
    }
  }

  look(): Omit<Segment, 'text'> {
    const [front, back] = this.isInverse ? [this.back ?? 'row', this.front ?? 'ink'] : [this.front, this.back]
    const classes = [...this.flags].map(flag => `a-${flag}`).join(' ')
    return { classes, ...lookOf(front, back, this.flags.has('dim')) }
  }

  private set(code: number) {
    const flag = FLAGS[code]
    if (flag) this.flags.add(flag)
    else if (code === 0 || Number.isNaN(code)) this.clear()
    else if (code === 7 || code === 27) this.isInverse = code === 7
    else if (code === 39) this.front = null
    else if (code === 49) this.back = null
    else this.basic(code)
    for (const off of OFF[code] ?? []) this.flags.delete(off)
  }

  private basic(code: number) {
    if (code >= 30 && code <= 37) this.front = code - 30
    else if (code >= 90 && code <= 97) this.front = code - 82
    else if (code >= 40 && code <= 47) this.back = code - 40
    else if (code >= 100 && code <= 107) this.back = code - 92
  }

  private clear() {
    this.flags.clear()
    this.front = null
    this.back = null
    this.isInverse = false
  }
}

function flatColor(part: string): number[] {
  const [kind, mode, ...rest] = part.split(':').map(Number)
  // In the true-color form an optional color space stands between the mode and the three values.
  return [kind ?? 0, mode ?? 0, ...(mode === 2 && rest.length > 3 ? rest.slice(1, 4) : rest)]
}

function extended([mode, ...values]: number[]): { color: Color; used: number } {
  if (mode === 5) return { color: indexed(values[0] ?? 0), used: 2 }
  if (mode === 2) return { color: hex(values.slice(0, 3)), used: 4 }
  return { color: null, used: 0 }
}

const CUBE = [0, 95, 135, 175, 215, 255]

function indexed(index: number): Color {
  if (!(index >= 0 && index <= 255)) return null
  if (index < 16) return index
  if (index >= 232) return hex(Array(3).fill(8 + (index - 232) * 10))
  const at = index - 16
  return hex([CUBE[Math.floor(at / 36)] ?? 0, CUBE[Math.floor(at / 6) % 6] ?? 0, CUBE[at % 6] ?? 0])
}

function hex(values: number[]): Color {
  const byte = (value = 0) =>
    Math.min(255, Math.max(0, Math.trunc(value) || 0))
      .toString(16)
      .padStart(2, '0')
  return `#${byte(values[0])}${byte(values[1])}${byte(values[2])}`
}
