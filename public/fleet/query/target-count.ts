import type { PlatformCount } from '../../../src/contract/hosts'
import type { Label } from '../../../src/contract/labels'
import type { Targets } from '../../../src/contract/queries'

export type LabelCount = Pick<Label, 'id' | 'name' | 'host_count'>

/** The osquery platforms that the target `linux` does not include. */
const NOT_LINUX = ['darwin', 'windows', 'freebsd']

/** The platforms of the known hosts, and `linux` for all distributions together. */
export function platformChoices(counts: readonly PlatformCount[]): PlatformCount[] {
  const linux = counts.filter(({ platform }) => platform !== '' && !NOT_LINUX.includes(platform))
  const named = counts.filter(({ platform }) => platform !== '' && platform !== 'linux')
  const all = linux.reduce((sum, { hosts }) => sum + hosts, 0)
  if (linux.length === 0) return named
  return [{ platform: 'linux', hosts: all }, ...named]
}

export interface TargetCount {
  hosts: number
  /** Whether it is an upper bound, because the groups may overlap. */
  isMax: boolean
}

/** Estimates the number of targeted hosts from the sizes of the groups. */
export function countTargets(
  { all, host_ids = [], platforms = [], labels = [] }: Targets,
  known: { total: number; platforms: readonly PlatformCount[]; labels: readonly LabelCount[] },
): TargetCount {
  if (all) return { hosts: known.total, isMax: false }
  const isLinux = platforms.includes('linux')
  const named = platforms.filter(name => !isLinux || name === 'linux' || NOT_LINUX.includes(name))
  const sizes = [
    ...named.map(name => known.platforms.find(({ platform }) => platform === name)?.hosts ?? 0),
    ...labels.map(label => known.labels.find(({ id, name }) => id === label || name === label)?.host_count ?? 0),
    ...(host_ids.length > 0 ? [host_ids.length] : []),
  ]
  const sum = sizes.reduce((all, size) => all + size, 0)
  const kinds = [named.length > 0, host_ids.length > 0].filter(Boolean).length
  return { hosts: Math.min(sum, known.total || sum), isMax: labels.length + kinds > 1 }
}
