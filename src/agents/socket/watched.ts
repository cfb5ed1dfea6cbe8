import type { Part } from '../../base/lifecycle'
import type { AgentNotifier } from '../notifier'

interface Deps {
  /** Of this process. */
  process: string
  notifier: AgentNotifier
  /** Names of topics that have readers in this process. */
  readNames(prefix: string): string[]
}

const LOOK_MS = 500
/** How often it is told even if nothing has changed, and for how long it is believed. */
const TELL_MS = 5_000
const BELIEVED_MS = 15_000

/** Which agents and containers somebody watches, in any process: their agents sample them more often. */
export class Watched implements Part {
  readonly name = 'watched agents'
  private readonly reports = new Map<string, { topics: readonly string[]; at: number }>()
  private names = new Set<string>()
  private told = ''
  private toldAt = Number.NEGATIVE_INFINITY
  private timer: NodeJS.Timeout | undefined
  private stopListening = () => {}

  /** @param onChange what is watched has changed */
  constructor(
    private readonly deps: Deps,
    private readonly onChange: () => void,
  ) {}

  async start() {
    this.stopListening = this.deps.notifier.listen(told => {
      if (told.type !== 'watched') return
      this.reports.set(told.process, { topics: told.topics, at: performance.now() })
      this.refresh()
    })
    this.timer = setInterval(() => this.look(), LOOK_MS)
    this.timer.unref()
  }

  async stop() {
    clearInterval(this.timer)
    this.stopListening()
  }

  has(topic: string): boolean {
    return this.names.has(topic)
  }

  /** Tells the others what is read here, if that has changed, or as a reminder. */
  private look() {
    const topics = [...this.deps.readNames('agent'), ...this.deps.readNames('container')].sort()
    const now = performance.now()
    const text = topics.join()
    if (text !== this.told || (topics.length && now - this.toldAt > TELL_MS)) {
      this.told = text
      this.toldAt = now
      this.deps.notifier.tell({ type: 'watched', process: this.deps.process, topics })
    }
    for (const [process, { at }] of this.reports) if (now - at > BELIEVED_MS) this.reports.delete(process)
    this.refresh()
  }

  private refresh() {
    const names = new Set([...this.reports.values()].flatMap(({ topics }) => topics))
    if (names.size === this.names.size && [...names].every(name => this.names.has(name))) return
    this.names = names
    this.onChange()
  }
}
