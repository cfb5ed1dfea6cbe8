/**
 * Names that agents look for in the platform of a query. The last two mean any Linux to them (`checkPlatform`,
 * osquery).
 */
const KNOWN = ['darwin', 'linux', 'windows', 'freebsd', 'posix', 'any', 'all', 'ubuntu', 'centos']
const MEANS_ALL = ['any', 'all', 'null']

const DISTRIBUTIONS = [
  ...['alma', 'almalinux', 'alpine', 'amazon', 'amzn', 'arch', 'debian', 'fedora', 'gentoo', 'kali', 'manjaro', 'mint'],
  ...['linuxmint', 'nixos', 'ol', 'opensuse', 'opensuse-leap', 'opensuse-tumbleweed', 'oracle', 'pop', 'raspbian'],
  ...['redhat', 'rhel', 'rocky', 'sles', 'suse', 'void'],
]
/** Names that other products use for platforms that agents know. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ...['mac', 'macos', 'macosx', 'osx'].map(name => [name, 'darwin'] as const),
  ...['win', 'win32', 'win64'].map(name => [name, 'windows'] as const),
  ...DISTRIBUTIONS.map(name => [name, 'linux'] as const),
])

export interface AgentPlatforms {
  /** In the names that agents know; undefined if it means all, or contains no platform that they know. */
  platform: string | undefined
  /** Whether it means every agent. */
  meansAll: boolean
  /** Names that agents do not know, and what to write instead, if known. */
  unknown: { name: string; instead: string | undefined }[]
}

/**
 * Reads the `platform` of a query. Agents search it for lower-case names that they know, and silently skip the query if
 * there is none.
 */
export function agentPlatforms(text: string): AgentPlatforms {
  const names = namesIn(text)
  const unknown = [...new Set(names)]
    .filter(name => !KNOWN.includes(name) && name !== 'null')
    .map(name => ({ name, instead: OTHER_NAMES.get(name) }))
  const understood = names.flatMap(name => (KNOWN.includes(name) ? name : (OTHER_NAMES.get(name) ?? [])))
  const meansAll = names.length === 0 || names.some(name => MEANS_ALL.includes(name))
  const platform = meansAll ? undefined : [...new Set(understood)].join(',') || undefined
  return { platform, meansAll, unknown }
}

export const AGENTS_KNOW = `Agents know ${KNOWN.slice(0, -2).join(', ')}.`

/**
 * Reads the `platform` of a pack, by which the server selects hosts, whose distributions it knows.
 * @returns `platforms`: empty for all hosts; `unknown`: names that no host has
 */
export function packPlatforms(text: string): { platforms: string[]; unknown: string[] } {
  const names = namesIn(text)
  if (names.some(name => MEANS_ALL.includes(name))) return { platforms: [], unknown: [] }
  const platforms = new Set(names.map(name => (DISTRIBUTIONS.includes(name) ? name : familyNamed(name))))
  return { platforms: [...platforms], unknown: names.filter(name => !KNOWN.includes(name) && !OTHER_NAMES.has(name)) }
}

const ANY_LINUX = ['ubuntu', 'centos']
const familyNamed = (name: string) => (ANY_LINUX.includes(name) ? 'linux' : (OTHER_NAMES.get(name) ?? name))

const namesIn = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/\b(mac ?)?os ?x\b/g, 'osx')
    .split(/[\s,;|]+/)
    .filter(name => name !== '')
