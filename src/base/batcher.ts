import { Unavailable } from './outage'

/** The queue is limited because callers that time out while the work hangs will retry. */
const WAITING_MAX = 50_000

/**
 * Groups requests into batches: those that arrive while a batch is running form the next one. Batches grow with the
 * load, and a single request does not wait.
 */
export class Batcher<Request, Answer> {
  private waiting: { request: Request; resolve(answer: Answer): void; reject(error: unknown): void }[] = []
  private running = false

  /** @param work handles a batch and returns the answers in the same order */
  constructor(
    private readonly work: (requests: Request[]) => Promise<Answer[]>,
    private readonly batchMax: number,
  ) {}

  /** @throws Unavailable if too many requests are waiting, and whatever the work throws */
  ask(request: Request): Promise<Answer> {
    if (this.waiting.length >= WAITING_MAX)
      return Promise.reject(new Unavailable(`${WAITING_MAX} requests are already waiting`))
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
    // synchronous with the last check of the loop, so no request is missed
    this.running = false
  }
}
