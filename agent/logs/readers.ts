import type { Engine, Inspected } from '../engine'
import { messageOf } from '../failure'
import type { Say } from '../log'
import { Position } from './position'
import type { Positions } from './positions'
import { LogReader, type Output } from './reader'

/** Each reader keeps a connection to the engine open. */
const READERS_MAX = 500
interface Needs {
  engine: Pick<Engine, 'logs'>
  positions: Positions
  output: Output
  linesPerSecond(): number
  now(): number
  say: Say
  signal: AbortSignal
}

/** One reader for each generation of a container that runs, or has run since it was read last. */
export class LogReaders {
  readonly #running = new Map<string, { abort(): void; ended: Promise<void> }>()
  #containers = new Map<string, Inspected>()

  constructor(private readonly needs: Needs) {}

  follow(containers: readonly Inspected[]): void {
    if (this.needs.signal.aborted) return
    this.#containers = new Map(containers.map(each => [each.id, each]))
    for (const [id, reader] of this.#running) if (!this.#containers.has(id)) reader.abort()
    for (const each of containers)
      if (!this.#running.has(each.id) && this.#running.size < READERS_MAX && this.#hasMore(each)) this.#start(each)
  }

  /** After the stop: resolves when what was read is in the spool, and nothing more comes. */
  async settled(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ ended }) => ended))
  }

  #hasMore({ id, state, finished_at }: Inspected): boolean {
    if (state === 'running' || state === 'paused') return true
    const position = this.needs.positions.get(id)
    return finished_at !== null && finished_at > (position?.readAt ?? this.needs.positions.knownSince)
  }

  #start(container: Inspected): void {
    const { positions, now, signal, say } = this.needs
    const { id } = container
    // what has begun since the agent ran last is read from its beginning, and of what ran before only the end
    const from = container.created_at >= positions.knownSince ? container.created_at : 0
    const position = positions.begin(id, () => new Position(from))
    const controller = new AbortController()
    const abort = () => controller.abort()
    signal.addEventListener('abort', abort, { once: true })
    const reader = new LogReader({
      ...{ engine: this.needs.engine, output: this.needs.output, linesPerSecond: this.needs.linesPerSecond },
      ...{ container, position, signal: controller.signal },
      isRunning: () => this.#containers.get(id)?.state === 'running',
    })
    const startedAt = now()
    const ended = reader
      .run()
      .catch(error => say(`The log of ${container.name} is not read: ${messageOf(error)}`))
      .finally(() => {
        signal.removeEventListener('abort', abort)
        this.#running.delete(id)
        if (!signal.aborted) positions.ended(id, startedAt)
        // it may have started again while the end of its log was read
        const current = this.#containers.get(id)
        if (current && current.state === 'running' && !signal.aborted) this.follow([...this.#containers.values()])
      })
    this.#running.set(id, { abort, ended })
  }
}
