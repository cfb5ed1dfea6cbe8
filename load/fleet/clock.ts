/** Where the simulator gets its time from; tests have their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number
  /** @returns takes the call back */
  after(ms: number, call: () => void): () => void
}

export const realClock: Clock = {
  nowMs: Date.now,
  after: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}

/** From the start of an agent to its stop: whatever waits is woken at the end. */
export class Life {
  ended = false
  private readonly ends = new Set<() => void>()

  constructor(readonly clock: Clock) {}

  /** Resolves after that time, or at the end if that comes first. */
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

  /** @returns takes the call back */
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
