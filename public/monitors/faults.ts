import type { Fault } from '../api'

/** What is wrong with a field: `body.settings.headers.x` belongs to `headers`. */
export function faultOf(faults: readonly Fault[], name: string): string | undefined {
  const prefixes = [`body.${name}`, `body.settings.${name}`]
  const found = faults.find(({ path }) => prefixes.some(prefix => path === prefix || path.startsWith(`${prefix}.`)))
  return found?.message
}

/** Faults that belong to none of the fields. */
export const otherFaults = (faults: readonly Fault[], names: readonly string[]): Fault[] =>
  faults.filter(fault => !names.some(name => faultOf([fault], name) !== undefined))
