import { setTimeout as delay } from 'node:timers/promises'
import type { Outbound } from '../../base/outbound'
import type { Sealer } from '../../base/sealed'
import type { CheckOutcome } from '../../contract/checks'
import type { MonitorSettings } from '../../contract/monitor-settings'
import type { MonitorStatus } from '../../contract/monitors'
import type { ActiveType, CheckDeps, CheckType } from '../checks/check-type'
import { noOutcome } from '../checks/no-outcome'
import { SILENT, type Trace } from '../checks/phases'
import { checkTypes } from '../checks/types'
import type { MonitorRow } from '../monitors/monitor-store'
import { joinedSettings, openSecrets } from '../monitors/secrets'

/** A monitor that sends something. */
export type ActiveMonitor = MonitorRow & { type: ActiveType; target: string }

export const isActive = (monitor: MonitorRow): monitor is ActiveMonitor =>
  monitor.type !== 'push' && monitor.target !== null

interface Deps {
  outbound: Outbound
  sealer: Sealer
  signal: AbortSignal
  trace?: Trace
}

const UNREADABLE = {
  code: 'secrets_unreadable',
  message:
    'The secrets of this monitor cannot be decrypted: set SECRETS_KEY to the key of that time, or give them again',
}

/**
 * Checks a monitor. What would change its status is confirmed first: a failure is tried again up to `retries` times, and
 * a success of a monitor that is down until there were `confirm_up` in a row. The last outcome counts.
 * @throws the reason of an aborted `signal`
 */
export async function runCheck(
  monitor: ActiveMonitor,
  status: MonitorStatus,
  deps: Deps,
): Promise<{ outcome: CheckOutcome; attempts: number }> {
  const { trace = SILENT, signal } = deps
  for (let attempts = 1, successes = 0; ; attempts++) {
    const outcome = await checkOnce(monitor, { ...deps, trace })
    const isUp = outcome.status === 'up'
    if (isUp) successes++
    const isSettled = isUp
      ? status !== 'down' || successes >= monitor.confirm_up
      : successes > 0 || attempts > monitor.retries
    if (isSettled) return { outcome, attempts }
    const what = isUp ? 'confirm that it is up' : 'try again'
    await trace.log('info', `Will ${what} in ${monitor.retry_interval_seconds} s`)
    await delay(monitor.retry_interval_seconds * 1_000, undefined, { signal })
  }
}

async function checkOnce(
  monitor: ActiveMonitor,
  { outbound, sealer, signal, trace = SILENT }: Deps,
): Promise<CheckOutcome> {
  const secrets = openSecrets(sealer, monitor.id, monitor.secrets)
  if (!secrets) return noOutcome('unknown', UNREADABLE)
  const settings = joinedSettings({ plain: monitor.settings, secrets })
  return checkWith(monitor.type, monitor, settings, { outbound, signal, trace })
}

/** Checks once with settings that include all secrets. */
export const checkWith = <Type extends ActiveType>(
  type: Type,
  { target, timeout_ms }: Pick<ActiveMonitor, 'target' | 'timeout_ms'>,
  settings: Record<string, unknown>,
  deps: CheckDeps,
): Promise<CheckOutcome> => {
  const checkType: CheckType<Type> = checkTypes[type]
  return checkType.run({ target, timeoutMs: timeout_ms, settings: settings as MonitorSettings[Type] }, deps)
}

/** By which checks at the same time are limited. */
export function hostOf({ type, target, settings }: ActiveMonitor): string {
  const checkType: CheckType<ActiveType> = checkTypes[type] as CheckType<ActiveType>
  return checkType.hostOf(target, settings as MonitorSettings[ActiveType])
}
