import type { Fault } from '../../base/errors'
import type { Outbound } from '../../base/outbound'
import type { CheckOutcome } from '../../contract/checks'
import type { MonitorSettings, MonitorType } from '../../contract/monitor-settings'
import type { Trace } from './phases'

/** Types of monitors that send something; the others wait for heartbeats. */
export type ActiveType = Exclude<MonitorType, 'push'>

/** What to check, secrets included. */
export interface CheckRequest<Type extends ActiveType = ActiveType> {
  target: string
  /** For the whole check. */
  timeoutMs: number
  settings: MonitorSettings[Type]
}

export interface CheckDeps {
  outbound: Outbound
  signal: AbortSignal
  trace: Trace
}

/** One type of check. */
export interface CheckType<Type extends ActiveType> {
  /** What is wrong with a target and its settings, beyond their schema. Paths begin with `target` or `settings`. */
  faults(target: string, settings: MonitorSettings[Type]): Fault[]
  /** The host that is reached, by which checks at the same time are limited. */
  hostOf(target: string, settings: MonitorSettings[Type]): string
  /**
   * Checks once. Whatever the target or the network does is an outcome, and is logged to `trace` as it happens.
   * @throws the reason of an aborted `signal`; anything else is a bug
   */
  run(request: CheckRequest<Type>, deps: CheckDeps): Promise<CheckOutcome>
}
