import type { TransportName } from './types'

/** Failures to open in a row, with the server in reach, before the next way is tried. */
const FAILURES_MAX = 3

/** By server: the ways that failed, which later streams of this page do not begin with. */
const failedAt = new Map<string, Set<TransportName>>()

export interface TransportChoice {
  readonly name: TransportName
  /** The ways before this one that have failed, best first. */
  readonly better: TransportName[]
  /**
   * @param isRefused trying it again soon is of no use
   * @returns whether it has changed to a way that was not tried since one worked
   */
  failed(isRefused: boolean): boolean
  /** Takes the next way, since this one has no room. */
  skip(): void
  /** Takes one of the better ways. */
  take(name: TransportName): void
  worked(): void
}

/** Goes through the ways of transport in order, round and round, and begins with one that has not failed yet. */
export function chooseFrom(names: readonly TransportName[], server: string): TransportChoice {
  const known = failedAt.get(server) ?? new Set()
  failedAt.set(server, known)
  let at = Math.max(
    0,
    names.findIndex(each => !known.has(each)),
  )
  let failures = 0
  let changes = 0
  const name = () => names[at % names.length] ?? 'sse'
  return {
    get name() {
      return name()
    },
    get better() {
      return names.slice(0, at % names.length).filter(each => known.has(each))
    },
    failed(isRefused) {
      failures += 1
      if (failures < FAILURES_MAX && !isRefused) return false
      known.add(name())
      failures = 0
      at += 1
      changes += 1
      return changes < names.length
    },
    skip() {
      at += 1
    },
    take(better) {
      failures = 0
      at = names.indexOf(better)
    },
    worked() {
      failures = 0
      changes = 0
      known.delete(name())
    },
  }
}
