import { createHash } from 'node:crypto'

/** A seeded pseudo-random number generator (mulberry32). */
export class Random {
  private state: number

  constructor(seed: string) {
    this.state = createHash('sha256').update(seed).digest().readInt32LE()
  }

  /** From 0 (inclusive) to 1 (exclusive). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** An integer from `min` to `max`, both inclusive. */
  between(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  chance(share: number): boolean {
    return share > 0 && this.next() < share
  }

  pick<T>(from: readonly T[]): T {
    const found = from[Math.floor(this.next() * from.length)]
    if (found === undefined) throw new Error('Cannot pick from an empty list')
    return found
  }

  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.between(0, 15).toString(16)).join('')
  }

  uuid(): string {
    return [8, 4, 4, 4, 12].map(digits => this.hex(digits)).join('-')
  }
}
