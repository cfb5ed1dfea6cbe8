import { join } from 'node:path'
import { readIfThere, replaceFile } from '../files'
import type { Line } from './lines'
import { Position, type SavedPosition } from './position'

/** Generations that were not read for so long are forgotten. */
const KEPT_MS = 7 * 24 * 3_600_000

interface Entry {
  position: Position
  /** When its log was last read to its end. */
  readAt: number
  usedAt: number
}

interface Saved {
  saved_at: number
  containers: Record<string, { position: SavedPosition; read_at: number; used_at: number }>
}

/**
 * How far logs were read, by the ids of containers. Saved before a segment of the spool is removed: what came later is in
 * the spool itself, so a crash loses and doubles nothing.
 */
export class Positions {
  readonly #entries = new Map<string, Entry>()
  #saving: Promise<void> = Promise.resolve()

  private constructor(
    private readonly path: string,
    /** Containers that are older were seen by an earlier run of the agent, or ran before the first. */
    readonly knownSince: number,
    private readonly now: () => number,
  ) {}

  static async open(folder: string, now: () => number): Promise<Positions> {
    const path = join(folder, 'positions.json')
    const saved = savedOf(await readIfThere(path))
    const positions = new Positions(path, saved?.saved_at ?? now(), now)
    for (const [id, { position, read_at, used_at }] of Object.entries(saved?.containers ?? {}))
      positions.#entries.set(id, { position: Position.fromJson(position), readAt: read_at, usedAt: used_at })
    return positions
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id)
  }

  begin(id: string, make: () => Position): Position {
    const entry = this.#entries.get(id) ?? { position: make(), readAt: 0, usedAt: 0 }
    entry.usedAt = this.now()
    this.#entries.set(id, entry)
    return entry.position
  }

  /** The log was read to its end by a reader that began at this time. */
  ended(id: string, startedAt: number): void {
    const entry = this.#entries.get(id)
    if (entry) entry.readAt = startedAt
  }

  /** Lines that are in the spool, but were perhaps not saved here. */
  replay(id: string, lines: readonly Line[]): void {
    const position = this.begin(id, () => new Position(0))
    position.resume()
    for (const line of lines) if (position.isNew(line)) position.took(line)
  }

  save(): Promise<void> {
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#save())
    return this.#saving
  }

  async #save(): Promise<void> {
    const now = this.now()
    for (const [id, { usedAt }] of this.#entries) if (usedAt < now - KEPT_MS) this.#entries.delete(id)
    const containers = Object.fromEntries(
      [...this.#entries].map(([id, { position, readAt, usedAt }]) => [
        id,
        { position: position.toJson(), read_at: readAt, used_at: usedAt },
      ]),
    )
    await replaceFile(this.path, JSON.stringify({ saved_at: now, containers } satisfies Saved))
  }
}

function savedOf(text: string | undefined): Saved | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Saved)
  } catch {
    return undefined // as if the agent were new: it reads the last lines of each container
  }
}
