import { badRequest, type Fault } from '../../base/errors'
import { faultsOf } from '../../base/parse'
import { type MonitorSettings, type MonitorType, monitorSettings } from '../../contract/monitor-settings'
import { checkTiming } from '../../jobs'
import type { CheckType } from '../checks/check-type'
import { checkTypes } from '../checks/types'
import type { Settings } from './secrets'

/** What is checked, and how: the part of a monitor that its type decides. */
export interface Checked {
  target: string | null
  settings: Settings
}

/**
 * Checks the target and settings of a monitor by its type.
 * @param where what comes before the names of fields: `body.`
 * @returns them with all defaults
 * @throws Problem 400 that lists every fault
 */
export function checkedInput(type: MonitorType, given: Checked, where: string): Checked {
  const found = monitorSettings[type].safeParse(given.settings)
  if (!found.success) throw badRequest(faultsOf(found.error, `${where}settings`))
  const settings: Settings = found.data
  const checked = { target: type === 'push' ? null : given.target, settings }
  const faults = type === 'push' ? faultsOfPush(settings, given, where) : faultsOfActive(type, checked)
  if (faults.length) throw badRequest(faults.map(({ path, message }) => ({ path: where + path, message })))
  return checked
}

function faultsOfPush(settings: Settings, { target }: Checked, where: string): Fault[] {
  const { cron, timezone } = settings as MonitorSettings['push']
  if (cron !== undefined)
    checkTiming({ cron, ...(timezone !== undefined && { timezone }) }, Date.now(), `${where}settings.`)
  if (cron === undefined && timezone !== undefined)
    return [{ path: 'settings.timezone', message: 'is of use only with settings.cron' }]
  return target ? [{ path: 'target', message: 'must be left out: heartbeats come to this monitor' }] : []
}

function faultsOfActive<Type extends keyof typeof checkTypes>(type: Type, { target, settings }: Checked): Fault[] {
  if (target === null) return [{ path: 'target', message: 'is required' }]
  const checkType: CheckType<Type> = checkTypes[type]
  return checkType.faults(target, settings as MonitorSettings[Type])
}
