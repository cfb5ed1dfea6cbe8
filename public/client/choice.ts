import type { TransportName } from './types'

/** Consecutive failures to open, with the server reachable, before the next transport is tried. */
const FAILURES_MAX = 3

/** The transports that failed, by server. Later streams of this page do not start with them. */
const failedByServer = new Map<string, Set<TransportName>>()

export interface TransportChoice {
  readonly name: TransportName
  /** Preferred transports that have failed, best first. */
  readonly better: TransportName[]
  /**
   * @param isRefused whether another attempt is pointless
   * @returns whether it has switched to a transport that has not been tried since one last worked
   */
  failed(isRefused: boolean): boolean
  /** Switches to the next transport because this one has no free connection. */
  skip(): void
  /** Switches to one of the better transports. */
  take(name: TransportName): void
  worked(): void
}

/** Cycles through the transports in order, starting with the first that has not failed. */
export function chooseFrom(names: readonly TransportName[], server: string): TransportChoice {
  const failed = failedByServer.get(server) ?? new Set()
  failedByServer.set(server, failed)
  let at = Math.max(
    0,
    names.findIndex(each => !failed.has(each)),
  )
  let failures = 0
  let changes = 0
  const name = () => names[at % names.length] ?? 'sse'
  return {
    get name() {
      return name()
    },
    get better() {
      return names.slice(0, at % names.length).filter(each => failed.has(each))
    },
    failed(isRefused) {
      failures += 1
      if (failures < FAILURES_MAX && !isRefused) return false
      failed.add(name())
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
      failed.delete(name())
    },
  }
}
