/** Platform families by name. A Linux agent reports its distribution (`debian`, `rhel`, ...). */
const FAMILIES: Record<string, string> = {
  darwin: 'darwin',
  macos: 'darwin',
  mac: 'darwin',
  osx: 'darwin',
  windows: 'windows',
  freebsd: 'freebsd',
  posix: 'posix',
}

/** Platforms other than Linux; every other name is a distribution. */
export const NOT_LINUX = ['', ...Object.keys(FAMILIES)]

/** The family of a platform as in osquery's packs: `linux` for `debian`. Empty if the platform is unknown. */
export const familyOf = (platform: string) => (platform === '' ? '' : (FAMILIES[platform] ?? 'linux'))

/**
 * Whether a query for these platforms runs on a host. A name may be a family (`linux`, `posix`, `all`) or a
 * distribution; no names mean all platforms.
 */
export function runsOn(platform: string, names: readonly string[]): boolean {
  if (names.length === 0) return true
  const family = familyOf(platform)
  return names.some(each => {
    const name = each.trim().toLowerCase()
    if (['', 'all', 'any'].includes(name) || name === platform) return true
    if (name === 'posix') return family !== 'windows' && family !== ''
    return (FAMILIES[name] ?? name) === family
  })
}
