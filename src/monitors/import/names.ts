import type { FileMonitor } from './monitor-file'

/** Names, as monitors are recognized by them: of several that are the same, the second becomes `name (2)`. */
export function withDistinctNames(monitors: readonly FileMonitor[]): FileMonitor[] {
  const given = new Set(monitors.map(({ fields }) => fields.name))
  const taken = new Set<unknown>()
  return monitors.map(monitor => {
    const { name } = monitor.fields
    if (typeof name !== 'string' || !taken.has(name)) {
      taken.add(name)
      return monitor
    }
    let next = 2
    while (taken.has(numbered(name, next)) || given.has(numbered(name, next))) next++
    taken.add(numbered(name, next))
    const fields = { ...monitor.fields, name: numbered(name, next) }
    return { ...monitor, fields, notes: [`The name "${name}" occurs more than once in the file.`, ...monitor.notes] }
  })
}

const numbered = (name: string, number: number) => `${name} (${number})`
