interface Limits {
  /** Handshakes begun per second, on average and at once. */
  perSecond: number
  burst: number
  /** Connections that have not proved themselves. */
  openMax: number
}

const DEFAULTS: Limits = { perSecond: 50, burst: 100, openMax: 500 }

/** Bounds how many connections prove themselves at once: after a restart all agents come back. */
export class Admission {
  private tokens: number
  private filledAt = performance.now()
  private open = 0

  constructor(private readonly limits: Limits = DEFAULTS) {
    this.tokens = limits.burst
  }

  /** @returns a function to call when the handshake is over; undefined if there are too many */
  enter(): (() => void) | undefined {
    const now = performance.now()
    const { perSecond, burst, openMax } = this.limits
    this.tokens = Math.min(burst, this.tokens + ((now - this.filledAt) / 1_000) * perSecond)
    this.filledAt = now
    if (this.tokens < 1 || this.open >= openMax) return undefined
    this.tokens--
    this.open++
    let isOver = false
    return () => {
      if (!isOver) this.open--
      isOver = true
    }
  }
}
