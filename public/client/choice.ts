import type { TransportName } from './types'

/** Failures to open in a row, with the server in reach, before the next way is tried. */
const FAILURES_MAX = 3

/** By server: what worked last is tried first by every later stream of this page. */
const remembered = new Map<string, TransportName>()

export interface TransportChoice {
  readonly name: TransportName
  /** Answers whether it has changed to a way that was not tried since one worked. */
  failed(): boolean
  /** Takes the next way, since this one has no room. */
  skip(): void
  worked(): void
}

/** Goes through the ways of transport in order, round and round, and remembers the one that works. */
export function chooseFrom(names: readonly TransportName[], server: string): TransportChoice {
  const known = remembered.get(server)
  let at = Math.max(0, known === undefined ? 0 : names.indexOf(known))
  let failures = 0
  let changes = 0
  const name = () => names[at % names.length] ?? 'sse'
  return {
    get name() {
      return name()
    },
    failed() {
      failures += 1
      if (failures < FAILURES_MAX) return false
      failures = 0
      at += 1
      changes += 1
      return changes < names.length
    },
    skip() {
      at += 1
    },
    worked() {
      failures = 0
      changes = 0
      remembered.set(server, name())
    },
  }
}
