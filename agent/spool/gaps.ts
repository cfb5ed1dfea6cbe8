import type { AgentRecord } from '../../src/contract/agent-protocol'

type Gap = Extract<AgentRecord, { t: 'gap' }>
export type Loss = Pick<Gap, 'what' | 'container' | 'reason'> & { at: number; dropped?: number }

/** What is lost within this time is one record. */
const TOGETHER_MS = 1_000
/** Containers of which losses are told apart at the same time. */
const OPEN_MAX = 1_000

/** Adds up what is dropped, so that a hole costs a record and not as many as were lost. */
export class Gaps {
  readonly #open = new Map<string, Gap>()
  #timer: NodeJS.Timeout | undefined

  constructor(
    private readonly add: (gap: Gap) => void,
    private readonly now: () => number,
  ) {}

  lost({ what, container, reason, at, dropped = 1 }: Loss): void {
    const key = `${what} ${reason} ${container}`
    const gap = this.#open.get(key) ?? { t: 'gap', at, from: at, to: at, what, container, dropped: 0, reason }
    gap.from = Math.min(gap.from, at)
    gap.to = Math.max(gap.to, at)
    gap.dropped += dropped
    this.#open.set(key, gap)
    this.#timer ??= setTimeout(() => this.flush(), TOGETHER_MS)
    if (this.#open.size >= OPEN_MAX) this.flush()
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const gaps = [...this.#open.values()]
    this.#open.clear()
    for (const gap of gaps) this.add({ ...gap, at: this.now() })
  }
}
