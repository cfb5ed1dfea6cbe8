/** What is asked for by family; a Linux agent calls itself by its distribution (`debian`, `rhel`, ...). */
const FAMILIES: Record<string, string> = {
  darwin: 'darwin',
  macos: 'darwin',
  mac: 'darwin',
  osx: 'darwin',
  windows: 'windows',
  freebsd: 'freebsd',
  posix: 'posix',
}

/** Every other platform that is known is a distribution of Linux. */
export const NOT_LINUX = ['', ...Object.keys(FAMILIES)]

/** `debian` -> `linux`: the family of a platform as osquery's packs name it. Empty when the platform is not known. */
export const familyOf = (platform: string) => (platform === '' ? '' : (FAMILIES[platform] ?? 'linux'))

/**
 * Whether something meant for these platforms is meant for a host. A name may be a family (`linux`, `posix`, `all`) or a
 * distribution; none means all.
 */
export function runsOn(platform: string, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true
  const family = familyOf(platform)
  return wanted.some(name => {
    const asked = name.trim().toLowerCase()
    if (['', 'all', 'any'].includes(asked) || asked === platform) return true
    if (asked === 'posix') return family !== 'windows' && family !== ''
    return (FAMILIES[asked] ?? asked) === family
  })
}
