import { plain, Refusal } from './answer'

/** Reads of one tenant that are answered at the same time. Alertmanager allows 8; Karma empties its board on a refusal. */
const READS_MAX = 64

/** Limits parallel reads; writes are never refused. */
export class ReadLimit {
  readonly #reads = new Map<string, number>()

  /** @throws Refusal 503 */
  async run<T>(tenantId: string, read: () => Promise<T>): Promise<T> {
    const count = this.#reads.get(tenantId) ?? 0
    if (count >= READS_MAX)
      throw new Refusal(plain(503, `Limit of concurrent GET requests reached (${READS_MAX}), try again later.\n`))
    this.#reads.set(tenantId, count + 1)
    try {
      return await read()
    } finally {
      const left = (this.#reads.get(tenantId) ?? 1) - 1
      if (left > 0) this.#reads.set(tenantId, left)
      else this.#reads.delete(tenantId)
    }
  }
}
