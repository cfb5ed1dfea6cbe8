import { counted } from '../../../../text/numbers'
import { badRequest } from '../../../base/errors'
import { CONTENT, readJson } from '../content'
import { type FileMonitor, isObject, type MonitorFile } from '../monitor-file'
import { KumaMonitor } from './kuma-monitor'
import { hasCounterpart, readKumaMonitor } from './monitor-fields'

/** Deepest group. */
const DEPTH_MAX = 20

/**
 * A backup of Uptime Kuma 1, or the list of monitors that 2 gives its pages: an array, or an object by id.
 * @throws Problem 400 if it is neither
 */
export function readUptimeKuma(content: string): MonitorFile {
  const file = readJson(content)
  const list = listIn(file)
  if (!list)
    throw badRequest([
      { path: CONTENT, message: 'This is neither a backup of Uptime Kuma ("monitorList") nor a list of its monitors.' },
    ])
  const monitors: FileMonitor[] = []
  const leftOut: string[] = []
  const byId = new Map(list.map(({ monitor }) => [monitor.text('id'), monitor]))
  for (const { monitor, path } of list) {
    const reason = whyLeftOut(monitor)
    if (reason === undefined) monitors.push({ path, ...readKumaMonitor(monitor, groupsOf(monitor, byId)) })
    else leftOut.push(`"${monitor.text('name')}" (${monitor.text('type') || 'without a type'}): ${reason}`)
  }
  return { monitors, leftOut: [...leftOut, ...otherParts(file)] }
}

interface Listed {
  monitor: KumaMonitor
  path: string
}

function listIn(file: unknown): Listed[] | undefined {
  const list = isObject(file) && 'monitorList' in file ? file.monitorList : file
  const prefix = list === file ? '' : 'monitorList.'
  if (typeof list !== 'object' || list === null) return undefined
  const entries = Object.entries(list) // the indexes of an array, or ids
  if (!entries.every(([, value]) => isObject(value) && 'type' in value)) return undefined
  if (!entries.length && list === file) return undefined // it could be anything
  return entries.map(([key, values]) => ({ monitor: new KumaMonitor(values), path: `${prefix}${key}` }))
}

function whyLeftOut(monitor: KumaMonitor): string | undefined {
  const type = monitor.text('type')
  if (type === 'group') return 'its monitors have the label "group"'
  if (!hasCounterpart(type)) return 'there is no such type here'
  return monitor.flag('upsideDown') ? 'it is upside down: up while its target is down' : undefined
}

/** Names of the groups it is in, the outermost first. */
function groupsOf(monitor: KumaMonitor, byId: ReadonlyMap<string, KumaMonitor>): string[] {
  const names: string[] = []
  for (let above = byId.get(monitor.text('parent')); above; above = byId.get(above.text('parent'))) {
    names.unshift(above.text('name'))
    if (names.length >= DEPTH_MAX) break
  }
  return names
}

/** Other parts of a backup. */
function otherParts(file: unknown): string[] {
  if (!isObject(file)) return []
  const count = (name: string) => (Array.isArray(file[name]) ? file[name].length : 0)
  const notifications = count('notificationList')
  const proxies = count('proxyList')
  return [
    ...(notifications
      ? [`${counted(notifications, 'notification')}: create receivers and routes of alerts instead`]
      : []),
    ...(proxies ? [`${counted(proxies, 'proxy', 'proxies')}: checks do not go through proxies`] : []),
  ]
}
