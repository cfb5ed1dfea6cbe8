import { Away } from './outage'

/** While the work hangs, callers that gave up come again, so the queue needs a limit. */
const WAITING_MAX = 50_000

/**
 * Collects single requests into batches: those that arrive while a batch is running go into the next one. Batches grow
 * with the load, and a lone request does not wait.
 */
export class Batcher<Request, Answer> {
  private waiting: { request: Request; resolve(answer: Answer): void; reject(error: unknown): void }[] = []
  private running = false

  /** @param work answers a batch, in its order */
  constructor(
    private readonly work: (requests: Request[]) => Promise<Answer[]>,
    private readonly batchMax: number,
  ) {}

  /** @throws Away when too many wait, and what the work throws */
  ask(request: Request): Promise<Answer> {
    if (this.waiting.length >= WAITING_MAX)
      return Promise.reject(new Away(`${WAITING_MAX} requests are waiting already`))
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, resolve, reject })
      if (!this.running) void this.run()
    })
  }

  private async run() {
    this.running = true
    await new Promise(setImmediate) // requests of the same tick share a batch
    while (this.waiting.length) {
      const batch = this.waiting.splice(0, this.batchMax)
      try {
        const answers = await this.work(batch.map(({ request }) => request))
        for (const [i, { resolve }] of batch.entries()) resolve(answers[i] as Answer)
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    // Synchronous with the last check of the loop, so no request is left behind.
    this.running = false
  }
}
