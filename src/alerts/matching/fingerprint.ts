import type { Labels } from '../../contract/matchers'
import { sortedNames } from './labels'

/** Of FNV-1a with 64 bits: the offset basis in two halves, and the prime without its bit 40. */
const BASIS_HIGH = 0xcbf29ce4
const BASIS_LOW = 0x84222325
const PRIME_LOW = 0x1b3
/** Follows each name and each value; no UTF-8 text has this byte. */
const SEPARATOR = '\xff'

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
    addBytes(SEPARATOR)
    addText(value)
    addBytes(SEPARATOR)
  }
  return hex(high) + hex(low)
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

const hex = (half: number) =>
  `${HEX[half >>> 24]}${HEX[(half >>> 16) & 0xff]}${HEX[(half >>> 8) & 0xff]}${HEX[half & 0xff]}`

/** Adds the UTF-8 of a text; a lone surrogate counts as U+FFFD. */
function addText(text: string): void {
  const [highBefore, lowBefore] = [high, low]
  if (addBytes(text) < 0x80) return
  // Not ASCII, so its units are not its bytes.
  high = highBefore
  low = lowBefore
  addBytes(Buffer.from(text).toString('latin1'))
}

/**
 * Adds a text whose units are bytes. Multiplies by the prime in 32-bit integers, because a BigInt for each byte would be
 * very slow, and in local variables, which are faster than those of the module.
 * @returns a number that is below 0x80 only if all of them are
 */
function addBytes(bytes: string): number {
  let [upperHalf, lowerHalf, all] = [high, low, 0]
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes.charCodeAt(i)
    all |= byte
    const mixed = lowerHalf ^ byte
    const lower = (mixed & 0xffff) * PRIME_LOW
    const upper = (mixed >>> 16) * PRIME_LOW + (lower >>> 16)
    upperHalf = (Math.imul(upperHalf, PRIME_LOW) + (upper >>> 16) + (mixed << 8)) | 0
    lowerHalf = (upper << 16) | (lower & 0xffff)
  }
  high = upperHalf
  low = lowerHalf
  return all
}
