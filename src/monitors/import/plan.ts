import type { Fault } from '../../base/errors'
import type { ImportReport } from '../../contract/monitor-import'
import type { MonitorInput } from '../../contract/monitors'
import type { Checked } from '../monitors/check-input'
import { changedFields, isSet, type Known } from './differences'
import type { FileMonitor } from './monitor-file'
import { withDistinctNames } from './names'

/** A monitor that exists. */
export interface ExistingMonitor extends Known {
  id: string
  name: string
}

/** Checks fields as if they were given to the API. Paths of faults are those of the fields: `settings.keyword`. */
export type CheckMonitor = (fields: unknown) => { input: CheckedInput } | { faults: Fault[] }
export type CheckedInput = MonitorInput & Checked

interface StepBase {
  name: string
  notes: string[]
}

/** What is done for one monitor. */
export type Step = StepBase &
  (
    | { action: 'create'; input: CheckedInput }
    | { action: 'update'; id: string; path: string; fields: string[]; input: CheckedInput }
    | { action: 'unchanged' }
    | { action: 'remove'; id: string }
    | { action: 'refused'; faults: Fault[] }
  )

/** A monitor of a file, under a name that is its own there. */
export interface WantedMonitor extends FileMonitor {
  checked: ReturnType<CheckMonitor>
}

export const wantedMonitors = (monitors: readonly FileMonitor[], check: CheckMonitor): WantedMonitor[] =>
  withDistinctNames(monitors).map(monitor => ({ ...monitor, checked: check(monitor.fields) }))

/**
 * What has to be done so that monitors are as in a file. They are recognized by name.
 * @param remove whether those that are not in the file are removed
 */
export function planImport(
  existing: readonly ExistingMonitor[],
  wanted: readonly WantedMonitor[],
  remove: boolean,
): Step[] {
  const byName = new Map<string, ExistingMonitor[]>()
  for (const monitor of existing) {
    const same = byName.get(monitor.name)
    if (same) same.push(monitor)
    else byName.set(monitor.name, [monitor])
  }
  const steps = wanted.map(monitor => stepFor(byName.get(nameOf(monitor)) ?? [], monitor))
  if (!remove) return steps
  const names = new Set(wanted.map(nameOf))
  const others = existing.filter(({ name }) => !names.has(name))
  return [...steps, ...others.map(({ id, name }): Step => ({ action: 'remove', id, name, notes: [] }))]
}

const nameOf = ({ fields, path }: FileMonitor) => (typeof fields.name === 'string' ? fields.name : path)

function stepFor(found: readonly ExistingMonitor[], monitor: WantedMonitor): Step {
  const { path, fields, secretNames, notes, checked } = monitor
  const name = nameOf(monitor)
  const refused = (faults: readonly Fault[]) => refusedStep({ path, name, notes }, faults)
  if ('faults' in checked) return refused(checked.faults)
  const { input } = checked
  const [before, ...others] = found
  if (!before) return { action: 'create', name, input, notes: [...notes, ...missing(secretNames, input)] }
  if (others.length)
    return refused([{ path: 'name', message: `There are ${found.length} monitors of this name. Rename all but one.` }])
  if (before.type !== input.type) return refused([{ path: 'type', message: otherType(before.type) }])
  const changed = changedFields(before, input, fields.enabled !== undefined)
  if (changed.length) return { action: 'update', id: before.id, path, name, fields: changed, input, notes }
  return { action: 'unchanged', name, notes }
}

/** @param at the place of the monitor in the file */
export const refusedStep = (
  { path: at, name, notes }: { path: string; name: string; notes: readonly string[] },
  faults: readonly Fault[],
): Step => ({
  ...{ action: 'refused', name, faults: faults.map(({ path, message }) => ({ path: `${at}.${path}`, message })) },
  notes: [...faults.map(({ path, message }) => `${path}: ${message}`), ...notes],
})

const otherType = (type: string) =>
  `There is a monitor of this name and of type ${type}, which cannot change. Delete it first, or use another name.`

function missing(secretNames: readonly string[], { settings }: MonitorInput): string[] {
  const names = secretNames.filter(name => !isSet(settings, name))
  return names.length ? [`Its secrets are not in the file and have to be given again: ${names.join(', ')}.`] : []
}

/** The faults of all monitors that are refused. */
export const faultsIn = (steps: readonly Step[]): Fault[] =>
  steps.flatMap(step => (step.action === 'refused' ? step.faults : []))

/** Of a report. */
export function countsOf(steps: readonly Step[]): ImportReport['counts'] {
  const counts = { create: 0, update: 0, remove: 0, unchanged: 0, refused: 0 }
  for (const { action } of steps) counts[action]++
  return counts
}
