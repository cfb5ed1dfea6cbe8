import type { Targets } from '../query-result'

export interface PlatformCount {
  platform: string
  hosts: number
}

export interface LabelCount {
  id: string
  name: string
  host_count: number
}

/** Osquery's platforms that are no Linux; all others are asked by `linux`. */
const NOT_LINUX = ['darwin', 'windows', 'freebsd']

/** `linux` for all that are one, beside each platform that hosts have. */
export function platformChoices(found: readonly PlatformCount[]): PlatformCount[] {
  const linux = found.filter(({ platform }) => platform !== '' && !NOT_LINUX.includes(platform))
  const named = found.filter(({ platform }) => platform !== '' && platform !== 'linux')
  const all = linux.reduce((sum, { hosts }) => sum + hosts, 0)
  if (linux.length === 0) return named
  return [{ platform: 'linux', hosts: all }, ...named]
}

export interface TargetCount {
  hosts: number
  /** Groups overlap: it may be fewer. */
  isMost: boolean
}

/** How many hosts targets are, as far as the sizes of the groups tell. */
export function countTargets(
  { all, host_ids = [], platforms = [], labels = [] }: Targets,
  known: { total: number; platforms: readonly PlatformCount[]; labels: readonly LabelCount[] },
): TargetCount {
  if (all) return { hosts: known.total, isMost: false }
  const isLinux = platforms.includes('linux')
  const named = platforms.filter(name => !isLinux || name === 'linux' || NOT_LINUX.includes(name))
  const sizes = [
    ...named.map(name => known.platforms.find(({ platform }) => platform === name)?.hosts ?? 0),
    ...labels.map(label => known.labels.find(({ id, name }) => id === label || name === label)?.host_count ?? 0),
    ...(host_ids.length > 0 ? [host_ids.length] : []),
  ]
  const sum = sizes.reduce((all, size) => all + size, 0)
  const kinds = [named.length > 0, host_ids.length > 0].filter(Boolean).length
  return { hosts: Math.min(sum, known.total || sum), isMost: labels.length + kinds > 1 }
}
