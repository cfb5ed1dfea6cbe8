import { Away } from './outage'

/** Whoever has given up asks again, so that those who wait while the work hangs would become more and more. */
const WAITING_MAX = 50_000

/**
 * Collects single asks into batches: what is asked while a batch is under way goes into the next one. Under load
 * the batches grow by themselves, alone nothing waits.
 */
export class Gather<Ask, Answer> {
  private waiting: { ask: Ask; resolve(answer: Answer): void; reject(error: unknown): void }[] = []
  private running = false

  /** @param work answers a batch, in the order asked */
  constructor(
    private readonly work: (asks: Ask[]) => Promise<Answer[]>,
    private readonly batchMax: number,
  ) {}

  /** @throws Away when too many wait, and what the work throws */
  ask(ask: Ask): Promise<Answer> {
    if (this.waiting.length >= WAITING_MAX) return Promise.reject(new Away(`${WAITING_MAX} wait already`))
    return new Promise((resolve, reject) => {
      this.waiting.push({ ask, resolve, reject })
      if (!this.running) void this.run()
    })
  }

  private async run() {
    this.running = true
    await new Promise(setImmediate) // asks of the same tick go together
    while (this.waiting.length) {
      const batch = this.waiting.splice(0, this.batchMax)
      try {
        const answers = await this.work(batch.map(({ ask }) => ask))
        for (const [i, { resolve }] of batch.entries()) resolve(answers[i] as Answer)
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    // In the same turn as the last look: whoever asks from now on starts it again.
    this.running = false
  }
}
