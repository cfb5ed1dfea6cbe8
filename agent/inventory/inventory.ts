import type { AgentContainer, AgentRecord } from '../../src/contract/agent-protocol'
import type { Policy } from '../commands'
import { type Engine, EngineError, type Inspected, type Listed } from '../engine'

/** Changes that come within this time are one record. */
const TOGETHER_MS = 250
/** What a record may take of a message. */
const RECORD_CHARS_MAX = 900_000
const PARALLEL_MAX = 4

interface Needs {
  engine: Pick<Engine, 'list' | 'inspect'>
  policy: Policy
  now(): number
  /** Only while there is a connection: a later state says all. */
  add(record: AgentRecord): void
  onChange(containers: readonly Inspected[]): void
  signal: AbortSignal
}

/** What containers there are, as of the last list and the events since. */
export class Inventory {
  readonly #containers = new Map<string, Inspected>()
  readonly #looking = new Map<string, 'once' | 'again'>()
  #said = ''
  /** Before, to say that there are no containers would be wrong. */
  #isRead = false
  #timer: NodeJS.Timeout | undefined

  constructor(private readonly needs: Needs) {}

  get all(): readonly Inspected[] {
    return [...this.#containers.values()]
  }

  byId(id: string): Inspected | undefined {
    return this.#containers.get(id)
  }

  /** Reads the list, and looks at what is new, has changed, or may change without an event. @throws EngineError */
  async read(): Promise<void> {
    const listed = await this.needs.engine.list(this.needs.signal)
    const ids = new Set(listed.map(({ id }) => id))
    for (const id of this.#containers.keys()) if (!ids.has(id)) this.#containers.delete(id)
    const todo = listed.filter(each => this.#mayHaveChanged(each))
    await Promise.all(Array.from({ length: PARALLEL_MAX }, () => this.#inspectAll(todo)))
    this.#isRead = true
    this.#changed()
  }

  /** Looks at one container again, after an event. While it does, further events make it look once more, not more often. */
  async look(id: string): Promise<void> {
    if (this.#looking.has(id)) return void this.#looking.set(id, 'again')
    do {
      this.#looking.set(id, 'once')
      await this.#inspect(id)
    } while (this.#looking.get(id) === 'again')
    this.#looking.delete(id)
    this.#changed()
  }

  /** What the server has is unknown: the next change is said in any case, and now. */
  sayAgain(): void {
    this.#said = ''
    this.#say()
  }

  view(container: Inspected): AgentContainer {
    const { tty: _, ...rest } = container
    return { ...rest, protected: this.needs.policy.isProtected(rest), own: this.needs.policy.isOwn(rest) }
  }

  #mayHaveChanged({ id, state }: Listed): boolean {
    const known = this.#containers.get(id)
    return !known || known.state !== state || known.health !== 'none'
  }

  async #inspectAll(todo: Listed[]): Promise<void> {
    for (let next = todo.shift(); next; next = todo.shift()) await this.#inspect(next.id)
  }

  async #inspect(id: string): Promise<void> {
    try {
      const found = await this.needs.engine.inspect(id, this.needs.signal)
      if (found.id && found.name) this.#containers.set(found.id, found)
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      // one container that hangs does not hide the others, and keeps what is known of it
      if (error.code === 'not_found') this.#containers.delete(id)
    }
  }

  #changed(): void {
    this.needs.onChange(this.all)
    this.#timer ??= setTimeout(() => this.#say(), TOGETHER_MS)
  }

  #say(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.needs.signal.aborted || !this.#isRead) return
    const containers = this.#fitting()
    const text = JSON.stringify(containers)
    if (text === this.#said) return
    this.#said = text
    this.needs.add({ t: 'inventory', at: this.needs.now(), containers })
  }

  /** Those that run first, then the newest, by name so that equal states look equal. Of equal names only the newest counts. */
  #fitting(): AgentContainer[] {
    const order = [...this.#containers.values()].sort(
      (a, b) => Number(b.state === 'running') - Number(a.state === 'running') || b.created_at - a.created_at,
    )
    const found = new Map<string, AgentContainer>()
    let chars = 0
    for (const each of order) {
      const view = this.view(each)
      chars += JSON.stringify(view).length + 1
      if (chars > RECORD_CHARS_MAX) break
      if (!found.has(view.name)) found.set(view.name, view)
    }
    return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}
