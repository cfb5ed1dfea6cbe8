/** The simulator's source of time, which tests replace. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number
  /** @returns a function that cancels the call */
  after(ms: number, call: () => void): () => void
}

export const realClock: Clock = {
  nowMs: Date.now,
  after: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}

/** The lifetime of an agent. Everything that is waiting is woken at its end. */
export class Life {
  ended = false
  private readonly ends = new Set<() => void>()

  constructor(readonly clock: Clock) {}

  /** Resolves after that time, or at the end of the lifetime if that is earlier. */
  sleep(ms: number): Promise<void> {
    if (this.ended) return Promise.resolve()
    return new Promise(resolve => {
      const wake = () => {
        cancel()
        forget()
        resolve()
      }
      const cancel = this.clock.after(ms, wake)
      const forget = this.onEnd(wake)
    })
  }

  /** @returns a function that cancels the call */
  onEnd(call: () => void): () => void {
    this.ends.add(call)
    return () => this.ends.delete(call)
  }

  end() {
    this.ended = true
    for (const call of [...this.ends]) call()
    this.ends.clear()
  }
}
