/** A map that evicts the least recently used entry when full. */
export class Lru<Key, Value> {
  private readonly entries = new Map<Key, Value>()

  /** @param onRemoved called for each entry that is evicted, replaced or deleted */
  constructor(
    private readonly sizeMax: number,
    private readonly onRemoved: (key: Key, value: Value) => void = () => undefined,
  ) {}

  get(key: Key): Value | undefined {
    const value = this.entries.get(key)
    if (value === undefined) return undefined
    this.entries.delete(key)
    this.entries.set(key, value)
    return value
  }

  set(key: Key, value: Value): void {
    this.delete(key)
    this.entries.set(key, value)
    for (const [oldest] of this.entries) {
      if (this.entries.size <= this.sizeMax) return
      this.delete(oldest)
    }
  }

  delete(key: Key): void {
    const value = this.entries.get(key)
    if (value === undefined) return
    this.entries.delete(key)
    this.onRemoved(key, value)
  }

  clear(): void {
    for (const key of [...this.entries.keys()]) this.delete(key)
  }

  get size(): number {
    return this.entries.size
  }
}
