import type { Labels } from '../../contract/matchers'
import { sortedNames } from './labels'

/** Of FNV-1a with 64 bits: the offset basis in two halves, and the prime without its bit 40. */
const BASIS_HIGH = 0xcbf29ce4
const BASIS_LOW = 0x84222325
const PRIME_LOW = 0x1b3
/** Follows each name and each value; no UTF-8 text has this byte. */
const SEPARATOR = 0xff

/** One hash at a time: everything below is synchronous. */
let high = 0
let low = 0

/**
 * The fingerprint of a label set as Prometheus and Alertmanager compute it: 64 bits of FNV-1a over the names in the
 * order of their bytes and their values, as 16 hexadecimal digits. Empty values count as absent.
 */
export function fingerprintOf(labels: Labels): string {
  high = BASIS_HIGH
  low = BASIS_LOW
  for (const name of sortedNames(labels)) {
    const value = labels[name] as string
    if (value === '') continue
    addText(name)
    addByte(SEPARATOR)
    addText(value)
    addByte(SEPARATOR)
  }
  return hex(high) + hex(low)
}

const hex = (half: number) => (half >>> 0).toString(16).padStart(8, '0')

/** Multiplies by the prime in 32-bit integers, because a BigInt for each byte would be very slow. */
function addByte(byte: number): void {
  const mixed = low ^ byte
  const lower = (mixed & 0xffff) * PRIME_LOW
  const upper = (mixed >>> 16) * PRIME_LOW + (lower >>> 16)
  high = (Math.imul(high, PRIME_LOW) + (upper >>> 16) + (mixed << 8)) | 0
  low = (upper << 16) | (lower & 0xffff)
}

/** Adds the UTF-8 of a text; a lone surrogate counts as U+FFFD. */
function addText(text: string): void {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) {
      addByte(unit)
      continue
    }
    const point = text.codePointAt(i) as number
    if (point > 0xffff) i++
    addPoint(point >= 0xd800 && point <= 0xdfff ? 0xfffd : point)
  }
}

function addPoint(point: number): void {
  if (point < 0x800) {
    addByte(0xc0 | (point >> 6))
  } else if (point < 0x10000) {
    addByte(0xe0 | (point >> 12))
    addByte(0x80 | ((point >> 6) & 0x3f))
  } else {
    addByte(0xf0 | (point >> 18))
    addByte(0x80 | ((point >> 12) & 0x3f))
    addByte(0x80 | ((point >> 6) & 0x3f))
  }
  addByte(0x80 | (point & 0x3f))
}
