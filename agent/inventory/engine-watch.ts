import type { AgentRecord } from '../../src/contract/agent-protocol'
import { Backoff } from '../backoff'
import { pause } from '../deadline'
import { type Engine, EngineError, type EngineEvent, type EngineVersion } from '../engine'
import { messageOf } from '../failure'
import { Condition, type Say } from '../log'
import type { Inventory } from './inventory'

/** What no event reports, and an engine that hangs, are noticed by a list so often. */
const LIST_EVERY_MS = 30_000
const BACKOFF_MS = { first: 1_000, most: 30_000 }

interface Needs {
  engine: Engine
  inventory: Inventory
  add(record: AgentRecord): void
  now(): number
  /** After a change: the engine came, went or failed otherwise than before. */
  onState(): void
  say: Say
  signal: AbortSignal
}

/** Keeps up with the engine: events first, then the list, so that nothing in between is missed. */
export class EngineWatch {
  version: EngineVersion | null = null
  error: string | null = 'The engine was not asked yet.'
  readonly #backoff = new Backoff(BACKOFF_MS.first, BACKOFF_MS.most)
  readonly #condition: Condition
  #since: number

  constructor(private readonly needs: Needs) {
    this.#condition = new Condition(needs.say, 'The engine answers again.')
    this.#since = Date.now()
  }

  async run(): Promise<void> {
    const { signal } = this.needs
    while (!signal.aborted) {
      const attempt = new AbortController()
      const end = () => attempt.abort()
      signal.addEventListener('abort', end, { once: true })
      try {
        await this.#follow(attempt.signal)
        if (!signal.aborted) this.#failed(new EngineError('broken', 'The engine ended its events.'))
      } catch (error) {
        if (!signal.aborted) this.#failed(error)
      } finally {
        attempt.abort()
        signal.removeEventListener('abort', end)
      }
      await pause(this.#backoff.next(), signal)
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const version = await this.needs.engine.version(signal)
    const events = await this.needs.engine.events(this.#since, signal)
    await this.needs.inventory.read()
    this.#works(version)
    await Promise.race([this.#consume(events), this.#listOften(signal)])
  }

  async #consume(events: AsyncIterable<EngineEvent>): Promise<void> {
    for await (const event of events) {
      this.#since = Math.max(this.#since, event.at + 1)
      const container = event.name || this.needs.inventory.byId(event.id)?.name
      if (container) {
        const { at, id, action, exitCode } = event
        this.needs.add({ t: 'event', at, container, id, action, exit_code: exitCode })
      }
      void this.needs.inventory.look(event.id).catch(error => this.needs.say(messageOf(error)))
    }
  }

  /** @throws EngineError when a list fails, which ends the events too */
  async #listOften(signal: AbortSignal): Promise<void> {
    for (;;) {
      await pause(LIST_EVERY_MS, signal)
      if (signal.aborted) return
      await this.needs.inventory.read()
      this.#backoff.reset()
    }
  }

  #works(version: EngineVersion): void {
    const isNew = this.error !== null || JSON.stringify(version) !== JSON.stringify(this.version)
    this.version = version
    this.error = null
    this.#condition.good()
    if (isNew) this.needs.onState()
  }

  #failed(error: unknown): void {
    if (!(error instanceof EngineError)) throw error
    const isNew = this.error !== error.message
    this.error = error.message.slice(0, 500)
    this.#condition.bad(error.message)
    if (isNew) this.needs.onState()
  }
}
