import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { AgentCommand, AgentRecord } from '../../src/contract/agent-protocol'
import { readIfThere, replaceFile } from '../files'

export type Result = Extract<AgentRecord, { t: 'result' }>

const KEPT_MS = 7 * 24 * 3_600_000
const ENTRIES_MAX = 100_000
/** Lines that are written before the file is written anew without what is no longer needed. */
const LINES_MAX = 4 * ENTRIES_MAX

interface Entry {
  id: string
  hash: string
  startedAt: number
  result?: Result | undefined
  /** The result is in the spool, so it will reach the server. */
  isSpooled: boolean
}

type Found =
  | { state: 'missing' }
  | { state: 'conflict' }
  | { state: 'running' }
  | { state: 'completed'; result: Result }

/**
 * What was begun, on disk before it is begun, so that no command runs twice, whatever ends the agent in between. One line per
 * step.
 */
export class Journal {
  readonly #entries = new Map<string, Entry>()
  #file: FileHandle | undefined
  #lines = 0
  #writing: Promise<void> = Promise.resolve()

  private constructor(
    private readonly path: string,
    private readonly now: () => number,
  ) {}

  /** @throws if it cannot be read or written */
  static async open(folder: string, now: () => number): Promise<Journal> {
    const journal = new Journal(join(folder, 'journal.jsonl'), now)
    for (const line of ((await readIfThere(journal.path)) ?? '').split('\n')) journal.#read(line)
    await journal.#rewrite()
    return journal
  }

  find(command: AgentCommand): Found {
    const entry = this.#entries.get(command.id)
    if (!entry) return { state: 'missing' }
    if (entry.hash !== hashOf(command)) return { state: 'conflict' }
    return entry.result ? { state: 'completed', result: entry.result } : { state: 'running' }
  }

  /** Commands that were begun, but did not end: at the start of the agent, those that its end has interrupted. */
  get unfinished(): string[] {
    return [...this.#entries.values()].filter(({ result }) => !result).map(({ id }) => id)
  }

  /** Results of which it is not known that they are in the spool. */
  get unspooled(): Result[] {
    return [...this.#entries.values()].flatMap(({ result, isSpooled }) => (result && !isSpooled ? [result] : []))
  }

  /** @throws if it cannot be written; then the command must not be carried out */
  async begin(command: AgentCommand): Promise<void> {
    const entry: Entry = { id: command.id, hash: hashOf(command), startedAt: this.now(), isSpooled: false }
    this.#entries.set(entry.id, entry)
    try {
      await this.#write(entry)
    } catch (error) {
      this.#entries.delete(entry.id)
      throw error
    }
  }

  async end(result: Result): Promise<void> {
    const entry = this.#entries.get(result.command_id)
    if (!entry) return
    entry.result = result
    await this.#write(entry)
  }

  async spooled(id: string): Promise<void> {
    const entry = this.#entries.get(id)
    if (!entry) return
    entry.isSpooled = true
    await this.#write(entry)
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => undefined)
    await this.#file?.close()
  }

  #read(line: string): void {
    try {
      const entry = JSON.parse(line) as Entry
      if (entry.startedAt > this.now() - KEPT_MS) this.#entries.set(entry.id, entry)
    } catch {
      // the last line, if the machine lost power while it was written: then the command was not begun
    }
  }

  #write(entry: Entry): Promise<void> {
    const line = `${JSON.stringify(entry)}\n`
    const written = this.#writing
      .catch(() => undefined)
      .then(async () => {
        if (this.#lines >= LINES_MAX) return this.#rewrite()
        await this.#file?.appendFile(line)
        await this.#file?.datasync()
        this.#lines++
      })
    this.#writing = written
    return written
  }

  async #rewrite(): Promise<void> {
    const oldest = this.now() - KEPT_MS
    const sorted = [...this.#entries.values()].sort((a, b) => b.startedAt - a.startedAt)
    const kept = sorted.filter(({ startedAt }, index) => startedAt > oldest && index < ENTRIES_MAX).reverse()
    this.#entries.clear()
    for (const each of kept) this.#entries.set(each.id, each)
    await this.#file?.close()
    this.#file = undefined
    await replaceFile(this.path, kept.map(each => `${JSON.stringify(each)}\n`).join(''))
    this.#file = await open(this.path, 'a', 0o600)
    this.#lines = kept.length
  }
}

/** The same command has the same hash; `expires_at` and the deadline may differ when it is sent again. */
function hashOf({ action, container, container_id, grace_seconds, confirmed, reason }: AgentCommand): string {
  const text = JSON.stringify([action, container, container_id, grace_seconds, confirmed, reason])
  return createHash('sha256').update(text).digest('base64url')
}
